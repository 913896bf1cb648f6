//! `POST …/releases/{version}/files/`: a multipart form with `file`, `name`, `dist` and any number of `header`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::view::ReleaseFileView;
use crate::app::App;
use crate::services::artifacts::{self, Incoming, MAX_HEADERS, NewFile};
use crate::web::api::upload::{Form, Part, uploader};
use crate::web::error::{Error, Result};
use crate::web::extract::ReleaseAccess;
use crate::web::extract::needs::ReleaseWrite;

/// The fields of the form, in whatever order they come.
#[derive(Default)]
struct Fields {
    incoming: Option<Incoming>,
    filename: Option<String>,
    content_type: Option<String>,
    name: Option<String>,
    dist: String,
    headers: Vec<String>,
}

pub async fn create(
    State(app): State<App>,
    access: ReleaseAccess<ReleaseWrite>,
    form: Form,
) -> Result<(StatusCode, Json<ReleaseFileView>)> {
    let mut fields = Fields::default();
    let new = match fields.read(&app, form).await {
        Ok(()) => fields.describe(),
        Err(error) => Err(error),
    };
    let (new, incoming) = match (new, fields.incoming) {
        (Ok(new), Some(incoming)) => (new, incoming),
        (Ok(_), None) => return Err(Error::bad_request("Missing uploaded file")),
        (Err(error), incoming) => {
            if let Some(incoming) = incoming {
                incoming.abort().await;
            }
            return Err(error);
        }
    };
    let content = incoming.finish().await?;
    let by = uploader(&access.within.actor);
    let file = artifacts::create(&app, access.release.id, new, content, by).await?;
    Ok((StatusCode::CREATED, Json(file.into())))
}

impl Fields {
    async fn read(&mut self, app: &App, mut form: Form) -> Result<()> {
        while let Some(part) = form.next().await? {
            match part.name() {
                "file" if self.incoming.is_none() => self.read_file(app, part).await?,
                "file" => return Err(Error::bad_request("one file at a time")),
                "name" => self.name = Some(part.text().await?),
                "dist" => self.dist = part.text().await?,
                // One more than allowed shows that there are too many.
                "header" if self.headers.len() <= MAX_HEADERS => self.headers.push(part.text().await?),
                _ => part.skip().await?,
            }
        }
        Ok(())
    }

    async fn read_file(&mut self, app: &App, mut part: Part<'_>) -> Result<()> {
        self.filename = part.file_name().map(ToOwned::to_owned);
        self.content_type = part.content_type().map(ToOwned::to_owned);
        let incoming = self.incoming.insert(Incoming::new(app));
        while let Some(piece) = part.piece().await? {
            incoming.write(piece).await?;
        }
        Ok(())
    }

    fn describe(&self) -> Result<NewFile> {
        if self.incoming.is_none() {
            return Err(Error::bad_request("Missing uploaded file"));
        }
        let name = self.name.as_deref().filter(|name| !name.is_empty()).or(self.filename.as_deref());
        Ok(NewFile::new(name.unwrap_or_default(), &self.dist, &self.headers, self.content_type.as_deref())?)
    }
}

//! `POST …/releases/{version}/files/`: a multipart form with `file`, `name`, `dist` and any number of `header`.

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Field, Multipart};
use axum::http::StatusCode;

use super::view::ReleaseFileView;
use crate::app::App;
use crate::services::artifacts::{self, Incoming, MAX_HEADERS, NewFile};
use crate::web::api::upload::{self, Form, broken, text, uploader};
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
    let form = upload::open(form)?;
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
    async fn read(&mut self, app: &App, mut form: Multipart) -> Result<()> {
        while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
            match field.name().unwrap_or_default() {
                "file" if self.incoming.is_none() => self.read_file(app, field).await?,
                "file" => return Err(Error::bad_request("one file at a time")),
                "name" => self.name = Some(text(field).await?),
                "dist" => self.dist = text(field).await?,
                // One more than allowed shows that there are too many.
                "header" if self.headers.len() <= MAX_HEADERS => self.headers.push(text(field).await?),
                _ => {}
            }
        }
        Ok(())
    }

    async fn read_file(&mut self, app: &App, mut field: Field<'_>) -> Result<()> {
        self.filename = field.file_name().map(ToOwned::to_owned);
        self.content_type = field.content_type().map(ToOwned::to_owned);
        let incoming = self.incoming.insert(Incoming::new(app));
        while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
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

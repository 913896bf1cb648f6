//! `POST …/files/dsyms/`: an archive of debug files, or one file, as a form.

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Field, Multipart};
use axum::http::StatusCode;

use super::view::DebugFileView;
use crate::app::App;
use crate::services::artifacts::Incoming;
use crate::services::debug_files;
use crate::web::api::upload::{self, Form, broken};
use crate::web::error::{Error, Result};
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::ReleaseWrite;

pub async fn upload(
    State(app): State<App>,
    access: ProjectAccess<ReleaseWrite>,
    form: Form,
) -> Result<(StatusCode, Json<Vec<DebugFileView>>)> {
    let (name, incoming) = read_form(&app, upload::open(form)?).await?;
    let (arrived, _) = incoming.finish().await?;
    let files = debug_files::store(&app, access.project.id, &name, arrived).await?;
    Ok((StatusCode::CREATED, Json(files.into_iter().map(DebugFileView::from).collect())))
}

async fn read_form(app: &App, mut form: Multipart) -> Result<(String, Incoming)> {
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or("file").to_owned();
        let mut incoming = Incoming::new(app);
        return match read_file(field, &mut incoming).await {
            Ok(()) => Ok((name, incoming)),
            Err(error) => {
                incoming.abort().await;
                Err(error)
            }
        };
    }
    Err(Error::bad_request("Missing uploaded file"))
}

async fn read_file(mut field: Field<'_>, incoming: &mut Incoming) -> Result<()> {
    while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
        incoming.write(piece).await?;
    }
    Ok(())
}

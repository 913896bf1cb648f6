//! `POST …/files/dsyms/`: an archive of debug files, or one file, as a form.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::view::DebugFileView;
use crate::app::App;
use crate::services::artifacts::Incoming;
use crate::services::debug_files;
use crate::web::api::upload::{Form, Part};
use crate::web::error::{Error, Result};
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::ReleaseWrite;

pub async fn upload(
    State(app): State<App>,
    access: ProjectAccess<ReleaseWrite>,
    form: Form,
) -> Result<(StatusCode, Json<Vec<DebugFileView>>)> {
    let (name, incoming) = read_form(&app, form).await?;
    let (arrived, _) = incoming.finish().await?;
    let files = debug_files::store(&app, access.project.id, &name, arrived).await?;
    Ok((StatusCode::CREATED, Json(files.into_iter().map(DebugFileView::from).collect())))
}

async fn read_form(app: &App, mut form: Form) -> Result<(String, Incoming)> {
    while let Some(part) = form.next().await? {
        if part.name() != "file" {
            part.skip().await?;
            continue;
        }
        let name = part.file_name().unwrap_or("file").to_owned();
        let mut incoming = Incoming::new(app);
        return match read_file(part, &mut incoming).await {
            Ok(()) => Ok((name, incoming)),
            Err(error) => {
                incoming.abort().await;
                Err(error)
            }
        };
    }
    Err(Error::bad_request("Missing uploaded file"))
}

async fn read_file(mut part: Part<'_>, incoming: &mut Incoming) -> Result<()> {
    while let Some(piece) = part.piece().await? {
        incoming.write(piece).await?;
    }
    Ok(())
}

//! `GET …/releases/{version}/commitfiles/`: what the commits of a release changed.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::people::{People, PersonView};
use crate::app::App;
use crate::store::commit_files;
use crate::web::error::Result;
use crate::web::extract::ReleaseAccess;
use crate::web::extract::needs::ReleaseRead;

/// The list has no pages.
const MAX_FILES: i64 = 10_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileChangeView {
    id: String,
    org_id: i64,
    author: Option<PersonView>,
    commit_message: String,
    filename: String,
    #[serde(rename = "type")]
    kind: String,
    repo_name: String,
}

pub async fn list(State(app): State<App>, access: ReleaseAccess<ReleaseRead>) -> Result<Json<Vec<FileChangeView>>> {
    let release = &access.release;
    let files = commit_files::list_of_release(&app.db, release.id, MAX_FILES).await?;
    let emails = files.iter().filter_map(|file| file.author_email.clone());
    let people = People::load(&app, release.organization_id, emails).await?;
    let view = |file: commit_files::CommitFile| FileChangeView {
        id: file.id.to_string(),
        org_id: release.organization_id.0,
        author: file.author_email.zip(file.author_name).map(|(email, name)| people.view(&email, &name)),
        commit_message: file.message,
        filename: file.path,
        kind: file.kind,
        repo_name: file.repository,
    };
    Ok(Json(files.into_iter().map(view).collect()))
}

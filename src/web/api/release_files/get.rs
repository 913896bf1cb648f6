//! `GET …/releases/{version}/files/{file}/`, and the file itself with `?download=1`.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::view::ReleaseFileView;
use crate::app::App;
use crate::store::release_files::{self, ReleaseFile};
use crate::store::releases::Release;
use crate::types::scope::Scope;
use crate::web::api::download::download;
use crate::web::error::{Error, Result};
use crate::web::extract::ReleaseAccess;
use crate::web::extract::needs::ReleaseRead;

#[derive(Deserialize)]
pub struct Parameters {
    download: Option<String>,
}

/// The content shows source code, so it takes more than looking at releases.
const DOWNLOAD: &[Scope] = &[Scope::ProjectWrite];

pub async fn show(
    State(app): State<App>,
    access: ReleaseAccess<ReleaseRead>,
    Path(path): Path<HashMap<String, String>>,
    Query(parameters): Query<Parameters>,
) -> Result<Response> {
    let file = find(&app, &access.release, &path).await?;
    if parameters.download.is_none() {
        return Ok(Json(ReleaseFileView::from(file)).into_response());
    }
    if !access.within.may(Scope::ProjectWrite) {
        return Err(Error::Forbidden(DOWNLOAD));
    }
    let content_type = file.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let content_type = content_type.map(|(_, value)| value.as_str());
    download(&app, &file.blob, file.size, &file.name, content_type).await
}

/// The file that the path names.
pub async fn find(app: &App, release: &Release, path: &HashMap<String, String>) -> Result<ReleaseFile> {
    let id = path.get("file").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
    release_files::find(&app.db, release.id, id).await?.ok_or(Error::NotFound)
}

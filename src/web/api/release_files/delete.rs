//! `DELETE …/releases/{version}/files/{file}/`.

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::app::App;
use crate::services::artifacts;
use crate::web::error::{Error, Result};
use crate::web::extract::ReleaseAccess;
use crate::web::extract::needs::ReleaseWrite;

pub async fn delete(
    State(app): State<App>,
    access: ReleaseAccess<ReleaseWrite>,
    Path(path): Path<HashMap<String, String>>,
) -> Result<StatusCode> {
    let id: i64 = path.get("file").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
    match artifacts::delete(&app.db, &access.release, &[id]).await? {
        0 => Err(Error::NotFound),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

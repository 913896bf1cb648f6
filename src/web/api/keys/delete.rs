//! `DELETE /projects/{organization}/{project}/keys/{key}/`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;
use crate::store::project_keys;
use crate::web::error::Result;
use crate::web::extract::KeyAccess;
use crate::web::extract::needs::ProjectAdmin;

pub async fn delete(State(app): State<App>, access: KeyAccess<ProjectAdmin>) -> Result<StatusCode> {
    project_keys::delete(&app.db, access.key.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

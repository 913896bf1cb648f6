//! `DELETE /projects/{organization}/{project}/keys/{key}/`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;
use crate::services::keys::{self, By};
use crate::web::error::Result;
use crate::web::extract::KeyAccess;
use crate::web::extract::needs::ProjectAdmin;

pub async fn delete(State(app): State<App>, access: KeyAccess<ProjectAdmin>) -> Result<StatusCode> {
    let doer = access.within.actor().doer();
    let by = By { doer: &doer, project: &access.within.project, now: app.clock.now() };
    keys::remove(&app.db, by, &access.key).await?;
    Ok(StatusCode::NO_CONTENT)
}

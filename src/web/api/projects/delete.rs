//! `DELETE /projects/{organization}/{project}/`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;
use crate::services::projects;
use crate::web::error::Result;
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::ProjectAdmin;
use crate::web::extract::sudo::Sudo;

/// The project is gone for everyone at once; its rows go later.
pub async fn delete(State(app): State<App>, access: ProjectAccess<ProjectAdmin>, _: Sudo) -> Result<StatusCode> {
    projects::delete(&app.db, &access.actor().doer(), &access.project, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

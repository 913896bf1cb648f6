//! `POST /projects/{organization}/{project}/transfer/`: offers the project to an owner of another organization.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;
use crate::services::project_transfer;
use crate::web::api::body::Fields;
use crate::web::error::Result;
use crate::web::extract::needs::ProjectAdmin;
use crate::web::extract::{ProjectAccess, Sudo};

/// Longest address that Sentry takes.
const MAX_EMAIL: usize = 75;

/// Whether there is such an owner is not told.
pub async fn offer(
    State(app): State<App>,
    access: ProjectAccess<ProjectAdmin>,
    _: Sudo,
    mut fields: Fields,
) -> Result<StatusCode> {
    let email = fields.required_text("email", MAX_EMAIL);
    fields.finish()?;
    let doer = access.actor().doer();
    project_transfer::offer(&app, &doer, access.organization(), &access.project, &email).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! `PUT /organizations/{organization}/repos/{repository}/`.

use axum::Json;
use axum::extract::State;

use super::access::RepositoryAccess;
use crate::app::App;
use crate::store::repositories::{self, RepositoryStatus};
use crate::web::api::body::Fields;
use crate::web::api::releases::RepositoryView;
use crate::web::error::Result;
use crate::web::extract::needs::OrgWrite;

/// `status`: `active` (or `visible`), `hidden`.
pub async fn update(
    State(app): State<App>,
    access: RepositoryAccess<OrgWrite>,
    mut fields: Fields,
) -> Result<Json<RepositoryView>> {
    let mut repository = access.repository;
    repository.status = match fields.text("status", 64).as_deref() {
        None => repository.status,
        Some("active" | "visible") => RepositoryStatus::Active,
        Some("hidden" | "disabled") => RepositoryStatus::Hidden,
        Some(_) => {
            fields.refuse("status", "One of active, visible, hidden.");
            repository.status
        }
    };
    fields.finish()?;
    repositories::update_status(&app.db, repository.id, repository.status).await?;
    Ok(Json(RepositoryView::of(&repository)))
}

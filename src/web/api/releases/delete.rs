//! `DELETE …/releases/{version}/`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;
use crate::services::releases;
use crate::store::release_projects;
use crate::web::error::{Error, Result};
use crate::web::extract::ReleaseAccess;
use crate::web::extract::needs::{Needs, ReleaseAdmin};

/// A release of several projects goes whole, so the caller must see them all.
pub async fn delete(State(app): State<App>, access: ReleaseAccess<ReleaseAdmin>) -> Result<StatusCode> {
    let visible = access.within.projects(&app).await?;
    let of_release = release_projects::list_project_ids(&app.db, access.release.id).await?;
    if of_release.iter().any(|id| visible.iter().all(|project| project.id != *id)) {
        return Err(Error::Forbidden(ReleaseAdmin::ANY_OF));
    }
    releases::delete(&app, &access.release).await?;
    Ok(StatusCode::NO_CONTENT)
}

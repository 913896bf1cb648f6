//! `GET …/releases/{version}/`, and the release before it.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::view::ReleaseView;
use crate::app::App;
use crate::store::release_lists;
use crate::web::error::{Error, Result};
use crate::web::extract::ReleaseAccess;
use crate::web::extract::needs::ReleaseRead;

pub async fn show(State(app): State<App>, access: ReleaseAccess<ReleaseRead>) -> Result<Json<ReleaseView>> {
    let release = &access.release;
    let views =
        ReleaseView::list(&app, release.organization_id, std::slice::from_ref(release), &access.projects).await?;
    Ok(Json(views.into_iter().next().ok_or(Error::NotFound)?))
}

/// `GET …/previous-with-commits/`: the newest release before this one whose commits are known, or `{}`. sentry-cli sends
/// the commits since its last one.
pub async fn previous_with_commits(State(app): State<App>, access: ReleaseAccess<ReleaseRead>) -> Result<Json<Value>> {
    let found = release_lists::find_previous_with_commits(&app.db, &access.release, &access.project_ids()).await?;
    let Some(previous) = found else { return Ok(Json(json!({}))) };
    let previous = std::slice::from_ref(&previous);
    let views = ReleaseView::list(&app, access.release.organization_id, previous, &access.projects).await?;
    Ok(Json(serde_json::to_value(views.into_iter().next())?))
}

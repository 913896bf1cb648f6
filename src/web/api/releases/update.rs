//! `PUT …/releases/{version}/`.

use axum::Json;
use axum::extract::State;

use super::input;
use super::view::ReleaseView;
use crate::app::App;
use crate::services::releases;
use crate::web::api::body::Fields;
use crate::web::error::{Error, Result};
use crate::web::extract::ReleaseAccess;
use crate::web::extract::needs::ReleaseWrite;

/// Takes what `POST` takes, but for `version` and `projects`, which newer sentry-cli send along.
pub async fn update(
    State(app): State<App>,
    access: ReleaseAccess<ReleaseWrite>,
    mut fields: Fields,
) -> Result<Json<ReleaseView>> {
    let organization_id = access.release.organization_id;
    let changes = input::read(&app, organization_id, &mut fields).await?;
    fields.finish()?;
    let release = releases::update(&app, &access.release, changes).await?;
    let views = ReleaseView::list(&app, organization_id, &[release], &access.projects).await?;
    Ok(Json(views.into_iter().next().ok_or(Error::NotFound)?))
}

//! `PUT` and `DELETE /teams/{organization}/{team}/`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::TeamAccess;
use super::view::TeamDetailView;
use crate::app::App;
use crate::services::teams;
use crate::web::acting::{acting, may_change_team};
use crate::web::api::body::Fields;
use crate::web::api::organizations::OrganizationView;
use crate::web::api::tenancy::Tenancy;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{Needs, TeamAdmin, TeamWrite};
use crate::web::extract::sudo::Sudo;

/// Name and slug.
pub async fn update(
    State(app): State<App>,
    access: TeamAccess<TeamWrite>,
    mut fields: Fields,
) -> Result<Json<TeamDetailView>> {
    require_own(&app, &access).await?;
    let (name, slug) = (fields.text("name", teams::MAX_NAME), fields.slug("slug"));
    fields.finish()?;
    let mut tx = app.db.begin().await?;
    let acting = acting(&access.within);
    let team = teams::rename(&mut tx, &acting, &access.team, name.as_deref(), slug.as_ref(), app.clock.now()).await?;
    tx.commit().await?;
    let tenancy = Tenancy::load(&app, &access.within).await?;
    let organization = OrganizationView::of(&access.within.organization);
    Ok(Json(TeamDetailView { team: tenancy.team(&team), organization }))
}

/// Its projects stay.
pub async fn delete(State(app): State<App>, access: TeamAccess<TeamAdmin>, _: Sudo) -> Result<StatusCode> {
    require_own(&app, &access).await?;
    let mut tx = app.db.begin().await?;
    teams::remove(&mut tx, &acting(&access.within), &access.team, app.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn require_own<N: Needs>(app: &App, access: &TeamAccess<N>) -> Result<()> {
    if may_change_team(app, &access.within, &access.team).await? { Ok(()) } else { Err(Error::Forbidden(&[])) }
}

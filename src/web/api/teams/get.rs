//! `GET /teams/{organization}/{team}/`.

use axum::Json;
use axum::extract::State;

use super::TeamAccess;
use super::view::TeamDetailView;
use crate::app::App;
use crate::web::api::organizations::OrganizationView;
use crate::web::api::tenancy::Tenancy;
use crate::web::error::Result;
use crate::web::extract::needs::TeamRead;

pub async fn show(State(app): State<App>, access: TeamAccess<TeamRead>) -> Result<Json<TeamDetailView>> {
    let tenancy = Tenancy::load(&app, &access.within).await?;
    let organization = OrganizationView::of(&access.within.organization);
    Ok(Json(TeamDetailView { team: tenancy.team(&access.team), organization }))
}

//! `GET /organizations/{organization}/`.

use axum::Json;
use axum::extract::State;

use super::view::{OrganizationDetailView, scope_names};
use crate::app::App;
use crate::store::{access_requests, organizations};
use crate::web::api::projects::ProjectSummaryView;
use crate::web::api::tenancy::Tenancy;
use crate::web::error::Result;
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::{Needs, OrgRead};

pub async fn show(State(app): State<App>, access: OrganizationAccess<OrgRead>) -> Result<Json<OrganizationDetailView>> {
    Ok(Json(detail(&app, &access).await?))
}

/// The organization with its teams and what of it the caller sees.
pub async fn detail<N: Needs>(app: &App, access: &OrganizationAccess<N>) -> Result<OrganizationDetailView> {
    let default = organizations::find_default(&app.db).await?;
    let is_default = default.is_some_and(|default| default.id == access.organization.id);
    let tenancy = Tenancy::load(app, access).await?;
    let projects = access.projects(app).await?;
    let mut view = OrganizationDetailView::of(&access.organization, is_default);
    view.teams = tenancy.teams.iter().map(|team| tenancy.team(team)).collect();
    view.projects = ProjectSummaryView::list(app, &tenancy, &projects).await?;
    view.access = scope_names(|scope| access.may(scope));
    view.pending_access_requests = access_requests::list(&app.db, access.organization.id).await?.len();
    Ok(view)
}

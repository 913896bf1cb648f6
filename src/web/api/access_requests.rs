//! `/organizations/{organization}/access-requests/`: who asks to join a team, and the answer.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, put};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use super::body::Fields;
use super::members::MemberView;
use super::teams::TeamView;
use super::tenancy::Tenancy;
use crate::app::App;
use crate::services::access_requests;
use crate::services::members::Acting;
use crate::store::access_requests::AccessRequest;
use crate::store::member_lists;
use crate::web::acting::{acting, decides_about};
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::{AccessRequestRead, AccessRequestWrite, Needs};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{organization}/access-requests/", get(list))
        .route("/organizations/{organization}/access-requests/{request}/", put(decide))
}

#[derive(Serialize)]
pub struct AccessRequestView {
    id: String,
    member: MemberView,
    team: TeamView,
}

/// Those about which the caller may decide.
async fn list(
    State(app): State<App>,
    access: OrganizationAccess<AccessRequestRead>,
) -> Result<Json<Vec<AccessRequestView>>> {
    let tenancy = Tenancy::load(&app, &access).await?;
    let mut views = Vec::new();
    for request in waiting(&app, &access, &acting(&access)).await? {
        let member = member_lists::find(&app.db, access.organization.id, request.member_id).await?;
        let team = tenancy.teams.iter().find(|team| team.id == request.team_id);
        if let (Some(member), Some(team)) = (member, team) {
            let member = MemberView::list(&app, &[member]).await?.remove(0);
            views.push(AccessRequestView { id: request.id.to_string(), member, team: tenancy.team(team) });
        }
    }
    Ok(Json(views))
}

#[derive(Deserialize)]
struct RequestPath {
    request: String,
}

async fn decide(
    State(app): State<App>,
    access: OrganizationAccess<AccessRequestWrite>,
    Path(path): Path<RequestPath>,
    mut fields: Fields,
) -> Result<StatusCode> {
    let is_approved = fields.flag("isApproved");
    if is_approved.is_none() && !fields.has("isApproved") {
        fields.refuse("isApproved", "This field is required.");
    }
    fields.finish()?;
    let acting = acting(&access);
    let waiting = waiting(&app, &access, &acting).await?;
    let request = waiting.iter().find(|request| request.id.to_string() == path.request).ok_or(Error::NotFound)?;
    let mut tx = app.db.begin().await?;
    if !access_requests::decide(&mut tx, &app, &acting, request, is_approved == Some(true)).await? {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn waiting<N: Needs>(app: &App, access: &OrganizationAccess<N>, acting: &Acting) -> Result<Vec<AccessRequest>> {
    let teams = decides_about(app, access).await?;
    let mut db = app.db.acquire().await?;
    Ok(access_requests::list(&mut db, acting, teams.as_deref()).await?)
}

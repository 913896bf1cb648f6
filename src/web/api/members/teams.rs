//! `/organizations/{organization}/members/{member}/teams/{team}/`: joining and leaving a team.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::access::MemberAccess;
use super::{INSUFFICIENT_ROLE, refuse};
use crate::app::App;
use crate::services::access_requests;
use crate::services::members;
use crate::store::teams::{self, Team};
use crate::types::scope::Scope;
use crate::web::acting::acting;
use crate::web::api::tenancy::Tenancy;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::MemberOrOrgRead;

type Access = MemberAccess<MemberOrOrgRead>;

#[derive(Deserialize)]
pub struct TeamPath {
    team: String,
}

/// 201: joined, 204: was in it, 202: asked for, where one does not simply join.
pub async fn join(State(app): State<App>, access: Access, Path(path): Path<TeamPath>) -> Result<Response> {
    let team = find(&app, &access, &path).await?;
    let (acting, now) = (acting(&access.within), app.clock.now());
    if !may_change(&app, &access, &team).await? {
        return Ok(refuse(StatusCode::BAD_REQUEST, "detail", INSUFFICIENT_ROLE));
    }
    let mut tx = app.db.begin().await?;
    if access.is_self() && access_requests::must_ask(&acting) && !access.member.teams.contains(&team.slug) {
        access_requests::ask(&mut tx, &app, &acting, &access.member, &team).await?;
        tx.commit().await?;
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    if !members::join_team(&mut tx, &acting, &access.member, &team, now).await? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    tx.commit().await?;
    let tenancy = Tenancy::load(&app, &access.within).await?;
    Ok((StatusCode::CREATED, Json(tenancy.team(&team))).into_response())
}

pub async fn leave(State(app): State<App>, access: Access, Path(path): Path<TeamPath>) -> Result<Response> {
    let team = find(&app, &access, &path).await?;
    if !may_change(&app, &access, &team).await? {
        return Ok(refuse(StatusCode::BAD_REQUEST, "detail", INSUFFICIENT_ROLE));
    }
    let mut tx = app.db.begin().await?;
    members::leave_team(&mut tx, &acting(&access.within), &access.member, &team, app.clock.now()).await?;
    tx.commit().await?;
    let tenancy = Tenancy::load(&app, &access.within).await?;
    Ok(Json(tenancy.team(&team)).into_response())
}

async fn find(app: &App, access: &Access, path: &TeamPath) -> Result<Team> {
    let slug = Some(path.team.as_str()).filter(|slug| !slug.contains('\0')).ok_or(Error::NotFound)?;
    teams::find_by_slug(&app.db, access.within.organization.id, slug).await?.ok_or(Error::NotFound)
}

/// Oneself; others by who manages members, and by the admins of the team; nobody of a higher role.
async fn may_change(app: &App, access: &Access, team: &Team) -> Result<bool> {
    if access.is_self() {
        return Ok(true);
    }
    let within = &access.within;
    let manages = within.may(Scope::MemberWrite) || within.may(Scope::MemberAdmin);
    let runs_team = within.may(Scope::TeamAdmin) && Tenancy::load(app, within).await?.may_use(team.id);
    Ok((manages || runs_team) && access.member.role <= acting(within).role)
}

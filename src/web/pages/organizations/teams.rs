//! The teams of an organization: make, join, leave.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::services::teams::{self, NewTeam};
use crate::store::teams::{self as rows, Team, TeamSummary};
use crate::types::ids::MemberId;
use crate::types::scope::Scope;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::needs::{Needs, TeamRead, TeamWrite};
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

#[derive(Template)]
#[template(path = "organizations/teams.html")]
struct TeamsPage {
    layout: Layout,
    /// Before the paths of teams.
    root: String,
    teams: Vec<TeamSummary>,
    is_member: bool,
    may_write: bool,
    posted: Posted,
    errors: FieldErrors,
}

/// The team a path names.
#[derive(Deserialize)]
pub struct TeamPath {
    team: String,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: OrganizationAccess<TeamRead>) -> Result<Response> {
    render(&page(&app, &viewer, &access, Posted::default(), FieldErrors::default()).await?)
}

/// Makes a team; who makes it joins it.
pub async fn create(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<TeamWrite>,
    posted: Posted,
) -> Result<Response> {
    let new = NewTeam {
        organization_id: access.organization.id,
        name: posted.text("name"),
        slug: None,
        first_member: access.member.as_ref().map(|member| member.id),
    };
    let mut tx = app.db.begin().await?;
    match teams::create(&mut tx, &new, app.clock.now()).await {
        Ok(team) => {
            tx.commit().await?;
            let text = viewer.messages().organization_team_created(team.name);
            redirect_with(&app, &viewer, &teams_path(&access), text).await
        }
        Err(error) => {
            let errors = error.field_errors(viewer.messages())?;
            let page = page(&app, &viewer, &access, posted, errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}

pub async fn join(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<TeamRead>,
    Path(path): Path<TeamPath>,
) -> Result<Response> {
    let (team, member_id) = own_team(&app, &access, &path).await?;
    rows::insert_member(&app.db, team.id, member_id).await?;
    redirect_with(&app, &viewer, &teams_path(&access), viewer.messages().organization_joined(team.name)).await
}

pub async fn leave(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<TeamRead>,
    Path(path): Path<TeamPath>,
) -> Result<Response> {
    let (team, member_id) = own_team(&app, &access, &path).await?;
    rows::delete_member(&app.db, team.id, member_id).await?;
    redirect_with(&app, &viewer, &teams_path(&access), viewer.messages().organization_left(team.name)).await
}

/// The team, and the membership through which the viewer may be in it.
async fn own_team(app: &App, access: &OrganizationAccess<TeamRead>, path: &TeamPath) -> Result<(Team, MemberId)> {
    let team = rows::find_by_slug(&app.db, access.organization.id, &path.team).await?.ok_or(Error::NotFound)?;
    let member = access.member.as_ref().ok_or(Error::NotFound)?;
    Ok((team, member.id))
}

fn teams_path<N: Needs>(access: &OrganizationAccess<N>) -> String {
    format!("/settings/{}/teams/", access.organization.slug)
}

async fn page<N: Needs>(
    app: &App,
    viewer: &Viewer,
    access: &OrganizationAccess<N>,
    posted: Posted,
    errors: FieldErrors,
) -> Result<TeamsPage> {
    let layout = Layout::of_organization(app, viewer, access, Section::Settings);
    let member_id = access.member.as_ref().map(|member| member.id);
    Ok(TeamsPage {
        root: format!("{}{}", layout.base, teams_path(access)),
        layout,
        teams: rows::list_summaries(&app.db, access.organization.id, member_id).await?,
        is_member: member_id.is_some(),
        may_write: access.may(Scope::TeamWrite),
        posted,
        errors,
    })
}

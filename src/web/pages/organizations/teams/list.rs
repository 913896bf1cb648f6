//! The list of teams: make, join or ask to, leave.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{TeamPath, find, list_path};
use crate::app::App;
use crate::services::members::{self, Error as MemberError};
use crate::services::{access_requests, teams};
use crate::store::member_lists::{self, ListedMember};
use crate::store::teams::{self as rows, TeamSummary};
use crate::types::scope::Scope;
use crate::web::acting::acting;
use crate::web::avatar::Avatar;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::needs::{Needs, TeamRead, TeamWrite};
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

#[derive(Template)]
#[template(path = "teams/list.html")]
struct TeamsPage {
    layout: Layout,
    /// Before the paths of teams.
    root: String,
    teams: Vec<(TeamSummary, Avatar)>,
    is_member: bool,
    /// Whether the viewer has to ask before joining.
    must_ask: bool,
    may_write: bool,
    posted: Posted,
    errors: FieldErrors,
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
    let mut tx = app.db.begin().await?;
    match teams::create_for(&mut tx, &acting(&access), posted.text("name"), None, app.clock.now()).await {
        Ok(team) => {
            tx.commit().await?;
            let text = viewer.messages().organization_team_created(team.name);
            redirect_with(&app, &viewer, &list_path(&access), text).await
        }
        Err(error) => {
            let errors = error.field_errors(viewer.messages())?;
            let page = page(&app, &viewer, &access, posted, errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}

/// Joins, or asks to.
pub async fn join(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<TeamRead>,
    Path(path): Path<TeamPath>,
) -> Result<Response> {
    let (team, member) = (find(&app, &access, &path).await?, own(&app, &access).await?);
    let (acting, t) = (acting(&access), viewer.messages());
    let mut tx = app.db.begin().await?;
    let text = if access_requests::must_ask(&acting) {
        access_requests::ask(&mut tx, &app, &acting, &member, &team).await?;
        t.people_asked(&team.name)
    } else {
        match members::join_team(&mut tx, &acting, &member, &team, app.clock.now()).await {
            Err(MemberError::Linked) => return Err(Error::Conflict(t.people_linked().into())),
            joined => joined.map(|_| t.organization_joined(&team.name))?,
        }
    };
    tx.commit().await?;
    redirect_with(&app, &viewer, &list_path(&access), text).await
}

pub async fn leave(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<TeamRead>,
    Path(path): Path<TeamPath>,
) -> Result<Response> {
    let (team, member) = (find(&app, &access, &path).await?, own(&app, &access).await?);
    let t = viewer.messages();
    let mut tx = app.db.begin().await?;
    match members::leave_team(&mut tx, &acting(&access), &member, &team, app.clock.now()).await {
        Err(MemberError::Linked) => return Err(Error::Conflict(t.people_linked().into())),
        left => drop(left?),
    }
    tx.commit().await?;
    redirect_with(&app, &viewer, &list_path(&access), t.organization_left(team.name)).await
}

/// The membership through which the viewer may be in a team.
async fn own(app: &App, access: &OrganizationAccess<TeamRead>) -> Result<ListedMember> {
    let member = access.member.as_ref().ok_or(Error::NotFound)?;
    member_lists::find(&app.db, access.organization.id, member.id).await?.ok_or(Error::NotFound)
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
    let teams = rows::list_summaries(&app.db, access.organization.id, member_id).await?.into_iter();
    let with_avatar = |team: TeamSummary| {
        let avatar = Avatar::of(&team.name);
        (team, avatar)
    };
    Ok(TeamsPage {
        root: format!("{}{}", layout.base, list_path(access)),
        layout,
        teams: teams.map(with_avatar).collect(),
        is_member: member_id.is_some(),
        must_ask: access_requests::must_ask(&acting(access)),
        may_write: access.may(Scope::TeamWrite),
        posted,
        errors,
    })
}

//! One team: its members, its projects, its name, its end.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{TeamPath, find, list_path};
use crate::app::App;
use crate::services::members::{self, Error as MemberError};
use crate::services::teams;
use crate::store::member_lists::{self, ListedMember, Wanted};
use crate::store::projects::Project;
use crate::store::teams::{self as rows, Team};
use crate::types::ids::MemberId;
use crate::types::scope::Scope;
use crate::types::slug::Slug;
use crate::web::acting::{acting, may_change_team};
use crate::web::avatar::Avatar;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::needs::{Needs, TeamAdmin, TeamRead, TeamWrite};
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

/// Members that are listed; the list of all is elsewhere.
const SHOWN: i64 = 500;

#[derive(Template)]
#[template(path = "teams/detail.html")]
struct TeamPage {
    layout: Layout,
    /// Path of this page.
    root: String,
    /// Path of the organization's members.
    members_root: String,
    team: Team,
    members: Vec<(ListedMember, Avatar)>,
    /// Who could be put into the team.
    others: Vec<(String, String)>,
    projects: Vec<Project>,
    name: String,
    slug: String,
    may_write: bool,
    may_remove: bool,
    errors: FieldErrors,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<TeamRead>,
    Path(path): Path<TeamPath>,
) -> Result<Response> {
    let team = find(&app, &access, &path).await?;
    render(&page(&app, &viewer, &access, team, FieldErrors::default()).await?)
}

/// Name and short name.
pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<TeamWrite>,
    Path(path): Path<TeamPath>,
    posted: Posted,
) -> Result<Response> {
    let (t, team) = (viewer.messages(), find(&app, &access, &path).await?);
    require_own(&app, &access, &team).await?;
    let Ok(slug) = Slug::parse(posted.text("slug")) else {
        let errors = FieldErrors::one("slug", t.form_invalid_slug());
        return refused(&app, &viewer, &access, (team, &posted), errors).await;
    };
    let mut tx = app.db.begin().await?;
    let renamed =
        teams::rename(&mut tx, &acting(&access), &team, Some(posted.text("name")), Some(&slug), app.clock.now()).await;
    match renamed {
        Ok(team) => {
            tx.commit().await?;
            redirect_with(&app, &viewer, &format!("{}{}/", list_path(&access), team.slug), t.form_saved()).await
        }
        Err(error) => {
            let errors = error.field_errors(t)?;
            refused(&app, &viewer, &access, (team, &posted), errors).await
        }
    }
}

async fn refused(
    app: &App,
    viewer: &Viewer,
    access: &OrganizationAccess<TeamWrite>,
    (team, posted): (Team, &Posted),
    errors: FieldErrors,
) -> Result<Response> {
    let mut page = page(app, viewer, access, team, errors).await?;
    (page.name, page.slug) = (posted.text("name").to_owned(), posted.text("slug").to_owned());
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

/// Puts somebody in (`add`) or takes somebody out (`remove`): the id of a member.
pub async fn change_members(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<TeamWrite>,
    Path(path): Path<TeamPath>,
    posted: Posted,
) -> Result<Response> {
    let (team, acting, now) = (find(&app, &access, &path).await?, acting(&access), app.clock.now());
    require_own(&app, &access, &team).await?;
    let (id, is_added) = match posted.text("add") {
        "" => (posted.text("remove"), false),
        id => (id, true),
    };
    let id = id.parse().map(MemberId).map_err(|_| Error::NotFound)?;
    let member = member_lists::find(&app.db, access.organization.id, id).await?.ok_or(Error::NotFound)?;
    let mut tx = app.db.begin().await?;
    let changed = if is_added {
        members::join_team(&mut tx, &acting, &member, &team, now).await
    } else {
        members::leave_team(&mut tx, &acting, &member, &team, now).await
    };
    let t = viewer.messages();
    match changed {
        Err(MemberError::Linked) => return Err(Error::Conflict(t.people_linked().into())),
        changed => drop(changed?),
    }
    tx.commit().await?;
    redirect_with(&app, &viewer, &format!("{}{}/", list_path(&access), team.slug), t.form_saved()).await
}

pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<TeamAdmin>,
    Path(path): Path<TeamPath>,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let (t, team) = (viewer.messages(), find(&app, &access, &path).await?);
    require_own(&app, &access, &team).await?;
    if posted.text("confirm") != team.slug {
        let errors = FieldErrors::one("confirm", t.form_not_confirmed(&team.slug));
        let page = page(&app, &viewer, &access, team, errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    let mut tx = app.db.begin().await?;
    teams::remove(&mut tx, &acting(&access), &team, app.clock.now()).await?;
    tx.commit().await?;
    redirect_with(&app, &viewer, &list_path(&access), t.organization_member_removed(team.name)).await
}

/// Admins change the teams they are in; who sees all projects changes all teams.
async fn require_own<N: Needs>(app: &App, access: &OrganizationAccess<N>, team: &Team) -> Result<()> {
    if may_change_team(app, access, team).await? { Ok(()) } else { Err(Error::Forbidden(&[])) }
}

async fn page<N: Needs>(
    app: &App,
    viewer: &Viewer,
    access: &OrganizationAccess<N>,
    team: Team,
    errors: FieldErrors,
) -> Result<TeamPage> {
    let layout = Layout::of_organization(app, viewer, access, Section::Settings);
    let id = access.organization.id;
    let everybody = member_lists::list(&app.db, id, &Wanted { limit: SHOWN, ..Wanted::default() }).await?;
    let (inside, others): (Vec<_>, Vec<_>) =
        everybody.into_iter().partition(|member| member.teams.contains(&team.slug));
    let may_use = may_change_team(app, access, &team).await?;
    let owned = rows::list_project_ids(&app.db, team.id).await?;
    let mut projects = access.projects(app).await?;
    projects.retain(|project| owned.contains(&project.id));
    let avatar = |member: ListedMember| {
        let avatar = Avatar::of(member.display_name());
        (member, avatar)
    };
    Ok(TeamPage {
        root: format!("{}{}{}/", layout.base, list_path(access), team.slug),
        members_root: format!("{}/settings/{}/members/", layout.base, access.organization.slug),
        members: inside.into_iter().map(avatar).collect(),
        others: others.into_iter().map(|member| (member.id.to_string(), member.display_name().to_owned())).collect(),
        projects,
        name: team.name.clone(),
        slug: team.slug.clone(),
        may_write: may_use && access.may(Scope::TeamWrite),
        may_remove: may_use && access.may(Scope::TeamAdmin),
        team,
        layout,
        errors,
    })
}

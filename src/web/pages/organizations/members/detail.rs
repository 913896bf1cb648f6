//! One member or invitation: role, teams, inviting again, going.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{RoleChoice, list_path, refusal, role_name, roles};
use crate::app::App;
use crate::services::members;
use crate::store::member_lists::{self, ListedMember};
use crate::store::teams::{self, Team};
use crate::types::ids::MemberId;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::volatile::Kept;
use crate::web::acting::acting;
use crate::web::avatar::Avatar;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::needs::{MemberRead, MemberWrite, Needs};
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::render;

#[derive(Template)]
#[template(path = "members/detail.html")]
struct DetailPage {
    layout: Layout,
    /// Path of the list.
    root: String,
    member: ListedMember,
    avatar: Avatar,
    roles: Vec<RoleChoice>,
    teams: Vec<(Team, bool)>,
    is_self: bool,
    /// Whether the viewer may change this member.
    may_write: bool,
    may_change_role: bool,
    errors: FieldErrors,
}

impl DetailPage {
    fn role(&self) -> &'static str {
        role_name(self.layout.t, self.member.role)
    }

    fn is_expired(&self) -> bool {
        self.member.is_expired(self.layout.now)
    }
}

/// The member a path names.
#[derive(Deserialize)]
pub struct MemberPath {
    member: String,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<MemberRead>,
    Path(path): Path<MemberPath>,
) -> Result<Response> {
    let member = find(&app, &access, &path).await?;
    render(&page(&app, &viewer, &access, member, FieldErrors::default()).await?)
}

/// Role and teams.
pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<MemberWrite>,
    Path(path): Path<MemberPath>,
    posted: Posted,
) -> Result<Response> {
    let (t, member) = (viewer.messages(), find(&app, &access, &path).await?);
    let role = Role::parse(posted.text("role"));
    let slugs: Vec<String> = posted.all("team").map(str::to_owned).collect();
    let mut tx = app.db.begin().await?;
    let changed = members::change(&mut tx, &acting(&access), &member, role, Some(&slugs), app.clock.now()).await;
    if let Err(error) = changed {
        let (field, text) = refusal(t, error)?;
        let page = page(&app, &viewer, &access, member, FieldErrors::one(field, text)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    tx.commit().await?;
    let text = t.organization_role_changed(member.display_name(), role_name(t, role.unwrap_or(member.role)));
    redirect_with(&app, &viewer, &list_path(&access), text).await
}

pub async fn invite_again(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<MemberWrite>,
    Path(path): Path<MemberPath>,
) -> Result<Response> {
    let (t, member) = (viewer.messages(), find(&app, &access, &path).await?);
    let mut tx = app.db.begin().await?;
    let invited = members::invite_again(&mut tx, &app, &acting(&access), &member, viewer.language).await;
    let invited = match invited {
        Ok(invited) => invited,
        Err(error) => return Err(Error::Conflict(refusal(t, error)?.1.into())),
    };
    tx.commit().await?;
    if let Some(session) = &viewer.session {
        let line = format!("{}\t{}{}", invited.email, app.config.system.url_prefix, invited.path);
        app.redis.keep(Kept::MemberSecrets, session, &line).await?;
    }
    redirect_with(&app, &viewer, &list_path(&access), t.people_invited_count(1)).await
}

/// Takes somebody out, an invitation back; or the viewer goes.
pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<MemberRead>,
    Path(path): Path<MemberPath>,
    _posted: Confirmed,
) -> Result<Response> {
    let (t, member) = (viewer.messages(), find(&app, &access, &path).await?);
    let is_self = member.user_id == Some(access.actor.user.id);
    if !is_self && !access.may(Scope::MemberWrite) && !access.may(Scope::MemberAdmin) {
        return Err(Error::Forbidden(MemberWrite::ANY_OF));
    }
    let mut tx = app.db.begin().await?;
    if let Err(error) = members::remove(&mut tx, &acting(&access), &member, app.clock.now()).await {
        return Err(Error::Conflict(refusal(t, error)?.1.into()));
    }
    tx.commit().await?;
    if is_self {
        let text = t.organization_left(&access.organization.name);
        return redirect_with(&app, &viewer, "/organizations/", text).await;
    }
    redirect_with(&app, &viewer, &list_path(&access), t.organization_member_removed(member.display_name())).await
}

async fn find<N: Needs>(app: &App, access: &OrganizationAccess<N>, path: &MemberPath) -> Result<ListedMember> {
    let id = path.member.parse().map_err(|_| Error::NotFound)?;
    member_lists::find(&app.db, access.organization.id, MemberId(id)).await?.ok_or(Error::NotFound)
}

async fn page<N: Needs>(
    app: &App,
    viewer: &Viewer,
    access: &OrganizationAccess<N>,
    member: ListedMember,
    errors: FieldErrors,
) -> Result<DetailPage> {
    let layout = Layout::of_organization(app, viewer, access, Section::Settings);
    let acting = acting(access);
    let is_self = member.user_id == Some(access.actor.user.id);
    let teams = teams::list(&app.db, access.organization.id).await?.into_iter();
    Ok(DetailPage {
        root: format!("{}{}", layout.base, list_path(access)),
        avatar: Avatar::of(member.display_name()),
        roles: roles(layout.t, &acting),
        teams: teams.map(|team| (member.teams.contains(&team.slug), team)).map(|(is_in, team)| (team, is_in)).collect(),
        is_self,
        may_write: access.may(Scope::MemberWrite) && member.role <= acting.role,
        may_change_role: !is_self && !member.is_linked,
        layout,
        member,
        errors,
    })
}

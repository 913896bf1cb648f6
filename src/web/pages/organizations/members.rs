//! Who belongs to an organization, in which role.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::messages::Messages;
use crate::store::members::{self, MemberWithUser};
use crate::store::users;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::needs::{MemberRead, MemberWrite, Needs};
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::render;

#[derive(Template)]
#[template(path = "organizations/members.html")]
struct MembersPage {
    layout: Layout,
    /// Before the paths of members.
    root: String,
    members: Vec<MemberWithUser>,
    roles: Vec<(&'static str, &'static str)>,
    may_write: bool,
    posted: Posted,
    errors: FieldErrors,
}

impl MembersPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn role(&self, role: &Role) -> &'static str {
        role_name(self.layout.t, *role)
    }

    /// What was chosen, or the most modest role.
    fn chosen_role(&self) -> &str {
        Some(self.posted.text("role")).filter(|role| !role.is_empty()).unwrap_or("member")
    }
}

/// The member a path names.
#[derive(Deserialize)]
pub struct MemberPath {
    member: i64,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: OrganizationAccess<MemberRead>) -> Result<Response> {
    render(&page(&app, &viewer, &access, Posted::default(), FieldErrors::default()).await?)
}

/// Adds somebody who has an account.
pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<MemberWrite>,
    posted: Posted,
) -> Result<Response> {
    let role = allowed_role(&access, posted.text("role"))?;
    match insert(&app, viewer.messages(), &access, posted.text("email"), role).await? {
        Ok(name) => {
            let text = viewer.messages().organization_member_added(name);
            redirect_with(&app, &viewer, &members_path(&access), text).await
        }
        Err(errors) => {
            let page = page(&app, &viewer, &access, posted, errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}

pub async fn change_role(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<MemberWrite>,
    Path(path): Path<MemberPath>,
    posted: Posted,
) -> Result<Response> {
    let role = allowed_role(&access, posted.text("role"))?;
    let member = changeable(&app, &access, &path).await?;
    if member.role == Role::Owner && role != Role::Owner {
        refuse_last_owner(&app, viewer.messages(), &access).await?;
    }
    members::update_role(&app.db, member.id, role).await?;
    let t = viewer.messages();
    let text = t.organization_role_changed(name_of(&member), role_name(t, role));
    redirect_with(&app, &viewer, &members_path(&access), text).await
}

pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<MemberWrite>,
    Path(path): Path<MemberPath>,
) -> Result<Response> {
    let member = changeable(&app, &access, &path).await?;
    if member.role == Role::Owner {
        refuse_last_owner(&app, viewer.messages(), &access).await?;
    }
    members::delete(&app.db, member.id).await?;
    let text = viewer.messages().organization_member_removed(name_of(&member));
    redirect_with(&app, &viewer, &members_path(&access), text).await
}

/// A role that the viewer may give: nobody makes somebody mightier than themselves.
fn allowed_role(access: &OrganizationAccess<MemberWrite>, role: &str) -> Result<Role> {
    let role = Role::parse(role).unwrap_or(Role::Member);
    let own = access.member.as_ref().map_or(Role::Owner, |member| member.role);
    if role <= own || access.actor.user.is_superuser { Ok(role) } else { Err(Error::Forbidden(&[Scope::MemberAdmin])) }
}

/// A member of this organization whom the viewer may change: none above themselves.
async fn changeable(app: &App, access: &OrganizationAccess<MemberWrite>, path: &MemberPath) -> Result<MemberWithUser> {
    let all = members::list(&app.db, access.organization.id).await?;
    let member = all.into_iter().find(|member| member.id.0 == path.member).ok_or(Error::NotFound)?;
    allowed_role(access, member.role.as_str())?;
    Ok(member)
}

async fn refuse_last_owner(app: &App, t: Messages, access: &OrganizationAccess<MemberWrite>) -> Result<()> {
    let owners = members::count_owners(&app.db, access.organization.id).await?;
    if owners > 1 { Ok(()) } else { Err(Error::Conflict(t.organization_last_owner().into())) }
}

async fn insert(
    app: &App,
    t: Messages,
    access: &OrganizationAccess<MemberWrite>,
    email: &str,
    role: Role,
) -> Result<Result<String, FieldErrors>> {
    let Some(user) = users::find_by_login(&app.db, email).await? else {
        return Ok(Err(FieldErrors::one("email", t.organization_no_such_account())));
    };
    if members::find(&app.db, access.organization.id, user.id).await?.is_some() {
        return Ok(Err(FieldErrors::one("email", t.organization_is_member())));
    }
    members::insert(&app.db, access.organization.id, user.id, role, app.clock.now()).await?;
    Ok(Ok(user.display_name().to_owned()))
}

fn name_of(member: &MemberWithUser) -> &str {
    if member.name.is_empty() { &member.email } else { &member.name }
}

fn role_name(t: Messages, role: Role) -> &'static str {
    match role {
        Role::Member => t.organization_role_member(),
        Role::Admin => t.organization_role_admin(),
        Role::Manager => t.organization_role_manager(),
        Role::Owner => t.organization_role_owner(),
    }
}

fn members_path<N: Needs>(access: &OrganizationAccess<N>) -> String {
    format!("/settings/{}/members/", access.organization.slug)
}

async fn page<N: Needs>(
    app: &App,
    viewer: &Viewer,
    access: &OrganizationAccess<N>,
    posted: Posted,
    errors: FieldErrors,
) -> Result<MembersPage> {
    let layout = Layout::of_organization(app, viewer, access, Section::Settings);
    let own = access.member.as_ref().map_or(Role::Owner, |member| member.role);
    let roles = Role::ALL.into_iter().filter(|role| *role <= own || access.actor.user.is_superuser);
    Ok(MembersPage {
        root: format!("{}{}", layout.base, members_path(access)),
        roles: roles.map(|role| (role.as_str(), role_name(layout.t, role))).collect(),
        layout,
        members: members::list(&app.db, access.organization.id).await?,
        may_write: access.may(Scope::MemberWrite),
        posted,
        errors,
    })
}

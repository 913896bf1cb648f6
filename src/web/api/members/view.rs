//! A member in lists, and alone.

use std::collections::HashMap;

use serde::Serialize;

use crate::app::App;
use crate::store::member_lists::ListedMember;
use crate::store::{members, users};
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::web::acting::acting;
use crate::web::api::date::Date;
use crate::web::api::organizations::role_name;
use crate::web::api::users::UserView;
use crate::web::error::Result;
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::Needs;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    id: String,
    email: String,
    name: String,
    user: Option<UserView>,
    role: &'static str,
    role_name: &'static str,
    pending: bool,
    expired: bool,
    flags: FlagsView,
    date_created: Date,
}

#[derive(Serialize)]
struct FlagsView {
    #[serde(rename = "sso:linked")]
    linked: bool,
    #[serde(rename = "sso:invalid")]
    invalid: bool,
}

#[derive(Serialize)]
pub struct MemberDetailView {
    #[serde(flatten)]
    member: MemberView,
    teams: Vec<String>,
    /// Told once, when it is made: of its token only the hash is kept.
    invite_link: Option<String>,
    #[serde(rename = "isOnlyOwner")]
    is_only_owner: bool,
    roles: Vec<RoleView>,
}

#[derive(Serialize)]
struct RoleView {
    id: &'static str,
    name: &'static str,
    desc: &'static str,
    scopes: Vec<&'static str>,
    is_global: bool,
    /// Whether the caller may give it.
    allowed: bool,
}

impl MemberView {
    pub async fn list(app: &App, members: &[ListedMember]) -> Result<Vec<Self>> {
        let ids: Vec<i64> = members.iter().filter_map(|member| member.user_id.map(|id| id.0)).collect();
        let users = users::list(&app.db, &ids).await?;
        let users: HashMap<_, _> = users.iter().map(|user| (user.id, user)).collect();
        let now = app.clock.now();
        let view = |member: &ListedMember| Self {
            id: member.id.to_string(),
            email: member.email.clone(),
            name: member.display_name().to_owned(),
            user: member.user_id.and_then(|id| users.get(&id)).map(|user| UserView::of(user)),
            role: member.role.as_str(),
            role_name: role_name(member.role),
            pending: member.is_pending(),
            expired: member.is_expired(now),
            flags: FlagsView { linked: member.is_linked, invalid: false },
            date_created: member.created_at.into(),
        };
        Ok(members.iter().map(view).collect())
    }
}

impl MemberDetailView {
    pub async fn of<N: Needs>(
        app: &App,
        access: &OrganizationAccess<N>,
        member: &ListedMember,
        invite_link: Option<String>,
    ) -> Result<Self> {
        let view = MemberView::list(app, std::slice::from_ref(member)).await?.pop();
        let owners = members::count_owners(&app.db, access.organization.id).await?;
        let acting = acting(access);
        let role = |role: Role| RoleView {
            id: role.as_str(),
            name: role_name(role),
            desc: description(role),
            scopes: role.scopes().iter().map(|scope| Scope::as_str(*scope)).collect(),
            is_global: role.is_global(),
            allowed: role <= acting.role && access.may(Scope::MemberWrite),
        };
        Ok(Self {
            member: view.ok_or(sqlx::Error::RowNotFound)?,
            teams: member.teams.clone(),
            invite_link: invite_link.filter(|_| access.may(Scope::MemberAdmin)),
            is_only_owner: member.role == Role::Owner && !member.is_pending() && owners <= 1,
            roles: Role::ALL.map(role).into(),
        })
    }
}

/// The API speaks English.
fn description(role: Role) -> &'static str {
    match role {
        Role::Member => "Sees the projects of their teams; works on issues and uploads releases there.",
        Role::Admin => "Also makes projects and teams, and configures those they are in.",
        Role::Manager => "Does so in every team; invites and changes members, and the organization's settings.",
        Role::Owner => "May do everything, deleting the organization too.",
    }
}

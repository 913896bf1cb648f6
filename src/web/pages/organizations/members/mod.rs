//! Who belongs to an organization: the list, inviting, one member.

mod detail;
mod list;
mod new;
mod requests;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::messages::Messages;
use crate::services::members::{Acting, Error as MemberError};
use crate::types::role::Role;
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::Needs;

pub fn routes() -> Router<App> {
    let one = "/settings/{organization}/members/{member}";
    Router::new()
        .route("/settings/{organization}/members/", get(list::show))
        .route("/settings/{organization}/members/new/", get(new::show).post(new::save))
        .route("/settings/{organization}/members/requests/", get(requests::show))
        .route("/settings/{organization}/members/requests/{request}/", post(requests::decide))
        .route(&format!("{one}/"), get(detail::show).post(detail::save))
        .route(&format!("{one}/invite/"), post(detail::invite_again))
        .route(&format!("{one}/remove/"), post(detail::remove))
}

/// The path of the list, without the base path.
fn list_path<N: Needs>(access: &OrganizationAccess<N>) -> String {
    format!("/settings/{}/members/", access.organization.slug)
}

pub fn role_name(t: Messages, role: Role) -> &'static str {
    match role {
        Role::Member => t.organization_role_member(),
        Role::Admin => t.organization_role_admin(),
        Role::Manager => t.organization_role_manager(),
        Role::Owner => t.organization_role_owner(),
    }
}

/// A role as forms offer it: value, name, what it may do.
type RoleChoice = (&'static str, &'static str, &'static str);

/// The roles that somebody may give.
fn roles(t: Messages, acting: &Acting) -> Vec<RoleChoice> {
    let text = |role| match role {
        Role::Member => t.people_role_member_text(),
        Role::Admin => t.people_role_admin_text(),
        Role::Manager => t.people_role_manager_text(),
        Role::Owner => t.people_role_owner_text(),
    };
    let given = Role::ALL.into_iter().filter(|role| *role <= acting.role);
    given.map(|role| (role.as_str(), role_name(t, role), text(role))).collect()
}

/// What is refused, in the viewer's language: beside a field where it is about one, else as a page of its own.
fn refusal(t: Messages, error: MemberError) -> Result<(&'static str, String)> {
    Ok(match error {
        MemberError::AlreadyMember(email) => ("emails", t.people_already(email)),
        MemberError::Email(text) => ("emails", t.people_not_an_address(text)),
        MemberError::UnknownTeam(slug) => ("teams", t.people_no_team(slug)),
        MemberError::Linked => ("role", t.people_linked().to_owned()),
        MemberError::LastOwner => return Err(Error::Conflict(t.organization_last_owner().into())),
        MemberError::OwnRole => return Err(Error::Conflict(t.people_own_role().into())),
        MemberError::NotPending => return Err(Error::Conflict(t.people_not_pending().into())),
        other => return Err(other.into()),
    })
}

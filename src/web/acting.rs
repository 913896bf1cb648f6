//! Who acts on the people of an organization, as services want it.

use super::error::Result;
use super::extract::OrganizationAccess;
use super::extract::needs::Needs;
use crate::app::App;
use crate::services::api_keys;
use crate::services::members::Acting;
use crate::store::members;
use crate::store::teams::{self, Team};
use crate::types::ids::TeamId;
use crate::types::role::Role;
use crate::types::scope::Scope;

/// With the actor's role there; superusers act as owners, keys of the organization as what they may.
pub fn acting<N: Needs>(access: &OrganizationAccess<N>) -> Acting {
    let role = match (&access.actor.key, &access.member) {
        (Some(key), _) => api_keys::role(&api_keys::scopes(key)),
        (None, Some(member)) if !access.actor.user.is_superuser => member.role,
        _ => Role::Owner,
    };
    Acting {
        doer: access.actor.doer(),
        organization: access.organization.clone(),
        role,
        member_id: access.member.as_ref().map(|member| member.id),
    }
}

/// The teams into which the actor lets people: `None` all, where they manage members or the organization.
pub async fn decides_about<N: Needs>(app: &App, access: &OrganizationAccess<N>) -> Result<Option<Vec<TeamId>>> {
    if [Scope::OrgWrite, Scope::OrgAdmin, Scope::MemberWrite, Scope::MemberAdmin].iter().any(|scope| access.may(*scope))
    {
        return Ok(None);
    }
    match &access.member {
        Some(member) if access.may(Scope::TeamWrite) || access.may(Scope::TeamAdmin) => {
            Ok(Some(members::list_team_ids(&app.db, member.id).await?))
        }
        _ => Ok(Some(Vec::new())),
    }
}

/// Whether a team is the actor's to change, scopes aside: as one of its members, or of those who manage all teams. Being
/// allowed to see every team is not enough.
pub async fn may_change_team<N: Needs>(app: &App, access: &OrganizationAccess<N>, team: &Team) -> Result<bool> {
    match &access.member {
        Some(member) if !access.actor.user.is_superuser && !member.role.is_global() => {
            Ok(teams::has_member(&app.db, team.id, member.id).await?)
        }
        _ => Ok(true),
    }
}

/// Whether the actor manages the whole organization. Seeing all of it is less: where membership is open, everybody does.
pub fn manages_all<N: Needs>(access: &OrganizationAccess<N>) -> bool {
    access.actor.user.is_superuser || access.member.as_ref().is_none_or(|member| member.role.is_global())
}

//! Changing members: role, teams, and letting them go.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::{Acting, Error, keep_an_owner, team_ids};
use crate::services::audit::{self, Entry};
use crate::store::member_lists::ListedMember;
use crate::store::teams::Team;
use crate::store::{members, teams};
use crate::types::audit_event::AuditEvent;
use crate::types::role::Role;

/// Changes role and teams; `None` leaves them.
pub async fn change(
    db: &mut PgConnection,
    acting: &Acting,
    member: &ListedMember,
    role: Option<Role>,
    slugs: Option<&[String]>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let role = role.filter(|role| *role != member.role);
    if let Some(role) = role {
        acting.may_give(role)?;
    }
    acting.may_change(member)?;
    let is_moved = slugs.is_some_and(|slugs| !same(slugs, &member.teams));
    if member.is_linked && (role.is_some() || is_moved) {
        return Err(Error::Linked);
    }
    if let Some(role) = role {
        change_role(db, acting, member, role).await?;
    }
    if let Some(slugs) = slugs.filter(|_| is_moved) {
        let ids = team_ids(db, acting, slugs).await?;
        members::set_teams(&mut *db, acting.organization.id, member.id, &ids).await?;
    }
    if role.is_none() && !is_moved {
        return Ok(());
    }
    let data = json!({
        "role": role.unwrap_or(member.role).as_str(), "role_before": member.role.as_str(),
        "teams": slugs.unwrap_or(&member.teams),
    });
    record(db, acting, AuditEvent::MemberEdit, member, data, now).await
}

async fn change_role(db: &mut PgConnection, acting: &Acting, member: &ListedMember, role: Role) -> Result<(), Error> {
    if acting.is_self(member) {
        return Err(Error::OwnRole);
    }
    keep_an_owner(db, acting, member).await?;
    members::update_role(&mut *db, member.id, role).await?;
    Ok(())
}

fn same(slugs: &[String], teams: &[String]) -> bool {
    slugs.len() == teams.len() && slugs.iter().all(|slug| teams.contains(slug))
}

/// Takes somebody out of the organization, or an invitation back. Everybody may go themselves.
pub async fn remove(
    db: &mut PgConnection,
    acting: &Acting,
    member: &ListedMember,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if !acting.is_self(member) {
        acting.may_change(member)?;
    }
    keep_an_owner(db, acting, member).await?;
    members::delete(&mut *db, member.id).await?;
    let data = json!({"role": member.role.as_str(), "pending": member.is_pending()});
    record(db, acting, AuditEvent::MemberRemove, member, data, now).await
}

/// Puts a member into a team. `false`: they are in it already.
pub async fn join_team(
    db: &mut PgConnection,
    acting: &Acting,
    member: &ListedMember,
    team: &Team,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    if member.teams.contains(&team.slug) {
        return Ok(false);
    }
    if member.is_linked {
        return Err(Error::Linked);
    }
    teams::insert_member(&mut *db, team.id, member.id).await?;
    record(db, acting, AuditEvent::MemberJoinTeam, member, json!({"team": team.slug}), now).await?;
    Ok(true)
}

/// Takes a member out of a team. `false`: they are not in it.
pub async fn leave_team(
    db: &mut PgConnection,
    acting: &Acting,
    member: &ListedMember,
    team: &Team,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    if !member.teams.contains(&team.slug) {
        return Ok(false);
    }
    if member.is_linked {
        return Err(Error::Linked);
    }
    teams::delete_member(&mut *db, team.id, member.id).await?;
    record(db, acting, AuditEvent::MemberLeaveTeam, member, json!({"team": team.slug}), now).await?;
    Ok(true)
}

async fn record(
    db: &mut PgConnection,
    acting: &Acting,
    event: AuditEvent,
    member: &ListedMember,
    data: serde_json::Value,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut entry = Entry::of_organization(event, acting.organization.id, &member.email).target(member.id.0).data(data);
    entry.target_user_id = member.user_id;
    audit::record(&mut *db, &acting.doer, &entry, now).await?;
    Ok(())
}

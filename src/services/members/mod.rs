//! Who belongs to an organization: inviting, accepting, roles, teams, leaving. The one place that decides who may change
//! whom, for pages and API alike; every change leaves its entry in the audit log.
//!
//! Nobody manages a higher role than their own, nobody changes their own role, and an organization keeps an owner who can
//! sign in: whoever is only invited, or disabled, does not count as one.

mod accept;
mod change;
mod invite;
mod letters;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

pub use accept::{Opened, accept, accept_as_new, find_invitation};
pub use change::{change, join_team, leave_team, remove};
pub use invite::{Invited, NewMember, OneTime, create_user, invite, invite_again};

use crate::services::accounts;
use crate::services::audit::Doer;
use crate::services::secret_token;
use crate::store::member_lists::ListedMember;
use crate::store::organizations::Organization;
use crate::store::{members, teams};
use crate::types::hex;
use crate::types::ids::{MemberId, TeamId};
use crate::types::role::Role;

/// Why somebody could not be invited or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("you cannot give a role above your own")]
    RoleAbove,
    #[error("this member has more access than you")]
    MemberAbove,
    #[error("you cannot change your own role")]
    OwnRole,
    #[error("an organization keeps at least one owner")]
    LastOwner,
    #[error("{0} is a member or invited already")]
    AlreadyMember(String),
    #[error("{0} is not an email address")]
    Email(String),
    #[error("there is no team {0}")]
    UnknownTeam(String),
    #[error("role and teams come from the directory")]
    Linked,
    #[error("this person is a member already")]
    NotPending,
    /// Wrong, withdrawn or accepted.
    #[error("this invitation is not valid")]
    NoInvitation,
    #[error("this invitation has expired")]
    Expired,
    #[error(transparent)]
    Account(#[from] accounts::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Who acts on the people of an organization.
#[derive(Clone, Debug)]
pub struct Acting {
    pub doer: Doer,
    pub organization: Organization,
    /// Their role there; superusers act as owners.
    pub role: Role,
    /// `None` for superusers who are no members.
    pub member_id: Option<MemberId>,
}

impl Acting {
    fn may_give(&self, role: Role) -> Result<(), Error> {
        if role <= self.role { Ok(()) } else { Err(Error::RoleAbove) }
    }

    fn may_change(&self, member: &ListedMember) -> Result<(), Error> {
        if member.role <= self.role { Ok(()) } else { Err(Error::MemberAbove) }
    }

    fn is_self(&self, member: &ListedMember) -> bool {
        member.user_id.is_some() && member.user_id == self.doer.user_id
    }
}

/// Refuses to take the role from the last owner who can sign in. Others who change members wait until the transaction
/// ends, so that two owners cannot take it from each other.
async fn keep_an_owner(db: &mut PgConnection, acting: &Acting, member: &ListedMember) -> Result<(), Error> {
    members::lock_owners(&mut *db, acting.organization.id).await?;
    let counts = member.role == Role::Owner && member.user_id.is_some() && member.is_active;
    if counts && members::count_owners(&mut *db, acting.organization.id).await? <= 1 {
        return Err(Error::LastOwner);
    }
    Ok(())
}

/// The ids of teams that are named by their slugs.
async fn team_ids(db: &mut PgConnection, acting: &Acting, slugs: &[String]) -> Result<Vec<TeamId>, Error> {
    let all = teams::list(&mut *db, acting.organization.id).await?;
    let wanted: HashSet<&str> = slugs.iter().map(String::as_str).collect();
    if let Some(unknown) = wanted.iter().find(|slug| !all.iter().any(|team| team.slug == **slug)) {
        return Err(Error::UnknownTeam((*unknown).to_owned()));
    }
    Ok(all.iter().filter(|team| wanted.contains(team.slug.as_str())).map(|team| team.id).collect())
}

/// A secret of 256 bits, and what is stored of it.
/// The secrets of an invitation. From the one in the letter follows the one that is shown to who invites, and not the
/// other way round: so whoever comes with the letter's has read what was sent to the address.
struct Secrets {
    mailed: String,
    shown: String,
    /// What is kept.
    hash: [u8; 32],
}

fn new_secrets() -> Secrets {
    let mailed = secret_token::generate();
    let shown = shown_token(&mailed);
    Secrets { hash: secret_token::hash(&shown), mailed, shown }
}

fn shown_token(mailed: &str) -> String {
    hex::encode(&secret_token::hash(mailed))
}

/// Where an invitation is accepted, on this server.
fn accept_path(id: MemberId, token: &str) -> String {
    format!("/accept/{id}/{token}/")
}

/// How long an invitation can be accepted.
pub const INVITATION_DAYS: i64 = 30;

fn expiry(now: DateTime<Utc>) -> DateTime<Utc> {
    now + chrono::TimeDelta::days(INVITATION_DAYS)
}

//! Who has proved elsewhere who they are gets an account, and the role and teams that their groups give.
//!
//! The same for every way in: LDAP, OpenID Connect, a trusted proxy. It happens at every sign-in, so that leaving a
//! group takes effect at the next one.

use chrono::{DateTime, Utc};
use rand::RngExt as _;
use serde_json::json;
use sqlx::PgConnection;

use super::person::{Mapped, Person, mapped};
use crate::app::App;
use crate::config::Membership;
use crate::services::audit::{self, Doer, Entry};
use crate::store::managed_users::{self, NewManagedUser};
use crate::store::members::Member;
use crate::store::teams::Team;
use crate::store::users::{self, User};
use crate::store::{linked_members, members, organizations, teams};
use crate::types::audit_event::AuditEvent;
use crate::types::hex;
use crate::types::ids::{MemberId, OrganizationId, UserId};
use crate::types::role::Role;

/// How a person is told from all others.
#[derive(Clone, Copy, Debug)]
pub enum Identity<'a> {
    /// By the user name: there is one directory.
    Username,
    /// By what a provider calls them, since names there change and may be anybody's here.
    Subject { provider: &'a str, subject: &'a str },
}

/// How they came.
#[derive(Clone, Copy)]
pub struct Entrance<'a> {
    /// What the audit log calls it: `LDAP`.
    pub label: &'a str,
    pub identity: Identity<'a>,
    pub membership: &'a Membership,
    /// Whether people who have no account get one.
    pub makes_accounts: bool,
}

/// Why they have no account here in spite of the proof.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a local superuser has this name, and signs in with the local password only")]
    LocalSuperuser,
    #[error("there is no account for this person, and none is made")]
    NoAccount,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The person's account with what their groups make of it; `None` if it is disabled.
pub async fn admit(app: &App, person: &Person, entrance: &Entrance<'_>) -> Result<Option<User>, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    managed_users::lock(&mut *tx, &person.username).await?;
    let user_id = match find(&mut tx, person, entrance).await? {
        Some(user) if !user.is_active => return Ok(None),
        Some(user) => update(&mut tx, &user, person, entrance).await?,
        None if entrance.makes_accounts => create(&mut tx, person, entrance, now).await?,
        None => return Err(Error::NoAccount),
    };
    link(&mut tx, user_id, person, entrance, now).await?;
    join(&mut tx, user_id, person, entrance, now).await?;
    tx.commit().await?;
    Ok(users::find(&app.db, user_id).await?)
}

async fn find(db: &mut PgConnection, person: &Person, entrance: &Entrance<'_>) -> Result<Option<User>, Error> {
    let known = match entrance.identity {
        Identity::Username => managed_users::find_by_username(&mut *db, &person.username).await?,
        Identity::Subject { provider, subject } => managed_users::find_by_identity(&mut *db, provider, subject).await?,
    };
    let by_email = match person.email.as_deref().filter(|_| known.is_none() && entrance.membership.links_by_email) {
        Some(email) => managed_users::find_by_email(&mut *db, email).await?,
        None => None,
    };
    let Some(id) = known.or(by_email) else { return Ok(None) };
    let Some(user) = users::find(&mut *db, id).await? else { return Ok(None) };
    // Nobody outside becomes the administrator of this server by a name or an address.
    let is_linked = known.is_some() && matches!(entrance.identity, Identity::Subject { .. });
    let is_local = user.is_superuser && user.password_hash.is_some() && !is_linked;
    if is_local { Err(Error::LocalSuperuser) } else { Ok(Some(user)) }
}

/// Takes over what the directory knows. An address that somebody else has stays theirs.
async fn update(db: &mut PgConnection, user: &User, person: &Person, entrance: &Entrance<'_>) -> sqlx::Result<UserId> {
    let email = free_address(&mut *db, person, Some(user.id)).await?;
    managed_users::update(&mut *db, user.id, person.name.as_deref(), email).await?;
    // A directory's password takes the place of ours; with a provider the account has two ways in.
    if !user.is_managed && matches!(entrance.identity, Identity::Username) {
        managed_users::take_over(&mut *db, user.id, &nonce()).await?;
    }
    Ok(user.id)
}

/// Remembers what the provider calls somebody.
async fn link(
    db: &mut PgConnection,
    user_id: UserId,
    person: &Person,
    entrance: &Entrance<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Identity::Subject { provider, subject } = entrance.identity else { return Ok(()) };
    if managed_users::insert_identity(&mut *db, provider, subject, user_id, now).await? {
        let entry = Entry::of_installation(AuditEvent::SsoIdentityLink, &person.username)
            .person(user_id)
            .data(json!({"provider": provider}));
        audit::record(&mut *db, &Doer::named(entrance.label), &entry, now).await?;
    }
    Ok(())
}

fn nonce() -> String {
    hex::encode(&rand::rng().random::<[u8; 6]>())
}

async fn free_address<'a>(
    db: &mut PgConnection,
    person: &'a Person,
    except: Option<UserId>,
) -> sqlx::Result<Option<&'a str>> {
    let Some(email) = person.email.as_deref() else { return Ok(None) };
    let is_taken = managed_users::email_is_taken(&mut *db, email, except).await?;
    Ok(Some(email).filter(|_| !is_taken))
}

async fn create(
    db: &mut PgConnection,
    person: &Person,
    entrance: &Entrance<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<UserId> {
    let email = free_address(&mut *db, person, None).await?.unwrap_or_default();
    let name = person.name.as_deref().unwrap_or_default();
    let mut names = vec![person.username.clone()];
    // Names of another provider may be somebody's here; they are only names.
    if let Identity::Subject { provider, subject } = entrance.identity {
        names.extend([email.to_lowercase(), format!("{provider}:{subject}")]);
    }
    let mut made = None;
    for username in names.iter().filter(|name| !name.is_empty()) {
        made = managed_users::insert(&mut *db, &NewManagedUser { username, email, name }, now).await?;
        if made.is_some() {
            break;
        }
    }
    let id = made.ok_or(sqlx::Error::RowNotFound)?;
    let entry = Entry::of_installation(AuditEvent::UserCreate, &person.username).target(id.0).person(id);
    audit::record(&mut *db, &Doer::named(entrance.label), &entry, now).await?;
    Ok(id)
}

/// Membership, role and teams in the organization that the settings name.
async fn join(
    db: &mut PgConnection,
    user_id: UserId,
    person: &Person,
    entrance: &Entrance<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let membership = entrance.membership;
    let Some(organization_id) = organization(&mut *db, membership).await? else { return Ok(()) };
    let mapped = mapped(membership, &person.groups);
    linked_members::lock_organization(&mut *db, organization_id).await?;
    let change = Change { organization_id, user_id, person, entrance, mapped: &mapped, now };
    let member_id = match members::find(&mut *db, organization_id, user_id).await? {
        Some(member) => change.keep(&mut *db, &member).await?,
        None if change.is_invited_in(&mut *db).await? => change.add(&mut *db).await?,
        None => return Ok(()),
    };
    change.set_teams(&mut *db, member_id).await
}

/// The organization people join: the one that is named, or the first.
pub async fn organization(db: &mut PgConnection, membership: &Membership) -> sqlx::Result<Option<OrganizationId>> {
    if membership.organization.is_empty() {
        return Ok(organizations::find_default(&mut *db).await?.map(|organization| organization.id));
    }
    linked_members::find_organization(&mut *db, &membership.organization).await
}

/// The role that settings give, given the one there is. A role that was given here stays where no group says otherwise;
/// one that groups gave goes with the group.
pub fn role_of(membership: &Membership, mapped: &Mapped, member: Option<&Member>) -> Role {
    let stays = |member: &&Member| !member.is_linked || membership.group_roles.is_empty();
    mapped.role.or(member.filter(stays).map(|member| member.role)).unwrap_or(membership.role)
}

struct Change<'a> {
    organization_id: OrganizationId,
    user_id: UserId,
    person: &'a Person,
    entrance: &'a Entrance<'a>,
    mapped: &'a Mapped,
    now: DateTime<Utc>,
}

impl Change<'_> {
    /// Whoever belongs nowhere yet joins, and whomever a group means.
    async fn is_invited_in(&self, db: &mut PgConnection) -> sqlx::Result<bool> {
        let is_mapped = self.mapped.role.is_some() || !self.mapped.teams.is_empty();
        Ok(is_mapped || organizations::list_of_user(&mut *db, self.user_id).await?.is_empty())
    }

    async fn add(&self, db: &mut PgConnection) -> sqlx::Result<MemberId> {
        let membership = self.entrance.membership;
        let role = role_of(membership, self.mapped, None);
        if let Some(email) = &self.person.email {
            linked_members::delete_invitation(&mut *db, self.organization_id, email).await?;
        }
        let (organization_id, access) = (self.organization_id, membership.has_global_access);
        let id = linked_members::insert(&mut *db, organization_id, self.user_id, role, access, self.now).await?;
        self.note(&mut *db, AuditEvent::MemberAdd, id, json!({"role": role.as_str()})).await?;
        // As for everybody who joins: where there is one team, it is theirs.
        if membership.group_teams.is_empty()
            && let [team] = teams::list(&mut *db, organization_id).await?.as_slice()
        {
            teams::insert_member(&mut *db, team.id, id).await?;
        }
        Ok(id)
    }

    async fn keep(&self, db: &mut PgConnection, member: &Member) -> sqlx::Result<MemberId> {
        let membership = self.entrance.membership;
        let mut role = role_of(membership, self.mapped, Some(member));
        if member.role == Role::Owner && role != Role::Owner && self.is_last_owner(&mut *db).await? {
            tracing::warn!(user.id = self.user_id.0, "groups would take the last owner of an organization away");
            role = Role::Owner;
        }
        let is_governed = member.is_linked || self.mapped.role.is_some();
        let access = if is_governed { membership.has_global_access } else { member.has_global_access };
        if is_governed && (role != member.role || access != member.has_global_access || !member.is_linked) {
            linked_members::update(&mut *db, member.id, role, access).await?;
        }
        if role != member.role {
            let data = json!({"role": role.as_str(), "before": member.role.as_str()});
            self.note(&mut *db, AuditEvent::MemberEdit, member.id, data).await?;
        }
        Ok(member.id)
    }

    async fn is_last_owner(&self, db: &mut PgConnection) -> sqlx::Result<bool> {
        Ok(members::count_owners(&mut *db, self.organization_id).await? <= 1)
    }

    /// Joins and leaves the teams that groups decide about.
    async fn set_teams(&self, db: &mut PgConnection, member_id: MemberId) -> sqlx::Result<()> {
        if self.mapped.governed_teams.is_empty() {
            return Ok(());
        }
        let known = teams::list(&mut *db, self.organization_id).await?;
        let now_in = members::list_team_ids(&mut *db, member_id).await?;
        let named = |names: &[String], team: &Team| names.contains(&team.slug);
        for team in known.iter().filter(|team| named(&self.mapped.governed_teams, team)) {
            let data = json!({"team": team.slug});
            match (now_in.contains(&team.id), named(&self.mapped.teams, team)) {
                (false, true) => {
                    teams::insert_member(&mut *db, team.id, member_id).await?;
                    self.note(&mut *db, AuditEvent::MemberJoinTeam, member_id, data).await?;
                }
                (true, false) => {
                    teams::delete_member(&mut *db, team.id, member_id).await?;
                    self.note(&mut *db, AuditEvent::MemberLeaveTeam, member_id, data).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn note(
        &self,
        db: &mut PgConnection,
        event: AuditEvent,
        member_id: MemberId,
        data: serde_json::Value,
    ) -> sqlx::Result<()> {
        let label = self.person.email.as_deref().unwrap_or(&self.person.username);
        let entry = Entry::of_organization(event, self.organization_id, label)
            .target(member_id.0)
            .person(self.user_id)
            .data(data);
        audit::record(&mut *db, &Doer::named(self.entrance.label), &entry, self.now).await
    }
}

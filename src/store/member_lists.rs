//! Who belongs to an organization and who is invited to, with what lists show of the people.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{MemberId, OrganizationId, TeamId, UserId};
use crate::types::role::Role;

/// A member, or an invitation: then there is an address and no account.
#[expect(clippy::struct_excessive_bools, reason = "each is told apart in the list")]
#[derive(Clone, Debug)]
pub struct ListedMember {
    pub id: MemberId,
    /// `None`: invited.
    pub user_id: Option<UserId>,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub is_active: bool,
    pub is_superuser: bool,
    /// The account is kept by a directory.
    pub is_managed: bool,
    pub has_password: bool,
    pub has_two_factor: bool,
    /// Role and teams come from a directory or identity provider.
    pub is_linked: bool,
    pub has_global_access: bool,
    /// Whether there is an invitation that can be accepted, unless it has expired.
    pub has_token: bool,
    pub token_expires_at: Option<DateTime<Utc>>,
    pub last_active_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    /// Slugs.
    pub teams: Vec<String>,
}

impl ListedMember {
    /// What others see: the name, else the address.
    pub fn display_name(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    pub fn is_pending(&self) -> bool {
        self.user_id.is_none()
    }

    /// Whether it is an invitation that cannot be accepted any more.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.is_pending() && self.token_expires_at.is_none_or(|at| at <= now)
    }
}

/// Which of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Part of name or address; empty: all.
    pub query: &'a str,
    pub id: Option<MemberId>,
    pub team_id: Option<TeamId>,
    pub offset: i64,
    pub limit: i64,
}

/// By address.
pub async fn list(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    wanted: &Wanted<'_>,
) -> sqlx::Result<Vec<ListedMember>> {
    sqlx::query_as!(
        ListedMember,
        r#"
        SELECT m.id AS "id: MemberId", m.user_id AS "user_id: UserId", coalesce(u.email, m.email) AS "email!",
            coalesce(u.name, '') AS "name!", m.role AS "role: Role", coalesce(u.is_active, TRUE) AS "is_active!",
            coalesce(u.is_superuser, FALSE) AS "is_superuser!", coalesce(u.is_managed, FALSE) AS "is_managed!",
            u.password_hash IS NOT NULL AS "has_password!",
            EXISTS (SELECT FROM authenticators a WHERE a.user_id = m.user_id) AS "has_two_factor!", m.is_linked, m.has_global_access,
            m.token_hash IS NOT NULL AS "has_token!", m.token_expires_at,
            greatest(u.last_active_at, u.last_login_at) AS last_active_at, m.created_at,
            ARRAY(
                SELECT t.slug FROM team_members tm JOIN teams t ON t.id = tm.team_id
                WHERE tm.member_id = m.id ORDER BY t.slug) AS "teams!: Vec<String>"
        FROM members m
        LEFT JOIN users u ON u.id = m.user_id
        WHERE m.organization_id = $1
            AND strpos(lower(coalesce(u.email, m.email) || ' ' || coalesce(u.name, '')), lower($2)) > 0
            AND ($3::bigint IS NULL OR m.id = $3)
            AND ($4::bigint IS NULL OR EXISTS (
                SELECT FROM team_members tm WHERE tm.member_id = m.id AND tm.team_id = $4))
        ORDER BY lower(coalesce(u.email, m.email)), m.id
        OFFSET $5 LIMIT $6"#,
        organization_id.0,
        wanted.query,
        wanted.id.map(|id| id.0),
        wanted.team_id.map(|id| id.0),
        wanted.offset,
        wanted.limit,
    )
    .fetch_all(db)
    .await
}

/// One of the organization's.
pub async fn find(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    id: MemberId,
) -> sqlx::Result<Option<ListedMember>> {
    let found = list(db, organization_id, &Wanted { id: Some(id), limit: 1, ..Wanted::default() }).await?;
    Ok(found.into_iter().next())
}

/// Whether somebody with this address belongs to the organization or is invited to.
pub async fn has_email(db: impl PgExecutor<'_>, organization_id: OrganizationId, email: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT
            FROM members m
            LEFT JOIN users u ON u.id = m.user_id
            WHERE m.organization_id = $1 AND lower(coalesce(u.email, m.email)) = lower($2)) AS "exists!""#,
        organization_id.0,
        email,
    )
    .fetch_one(db)
    .await
}

/// Someone who is told what there is to decide.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub email: String,
    pub language: Option<String>,
}

/// The active members of at least this role; with a team, also its admins.
pub async fn list_deciders(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    role: Role,
    team_id: Option<TeamId>,
) -> sqlx::Result<Vec<Recipient>> {
    let roles: Vec<String> =
        Role::ALL.into_iter().filter(|one| *one >= role).map(|one| one.as_str().to_owned()).collect();
    sqlx::query_as!(
        Recipient,
        r#"
        SELECT u.email, u.language
        FROM members m
        JOIN users u ON u.id = m.user_id
        WHERE m.organization_id = $1 AND u.is_active AND (m.role = ANY($2) OR (m.role = 'admin' AND EXISTS (
            SELECT FROM team_members tm WHERE tm.member_id = m.id AND tm.team_id = $3)))
        ORDER BY u.id
        LIMIT 1000"#,
        organization_id.0,
        &roles,
        team_id.map(|id| id.0),
    )
    .fetch_all(db)
    .await
}

//! Accounts as the administration lists them, and what belongs to one.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::UserId;
use crate::types::role::Role;

/// An account in a list.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug)]
pub struct UserSummary {
    pub id: UserId,
    pub username: String,
    pub email: String,
    pub name: String,
    pub is_active: bool,
    pub is_superuser: bool,
    pub is_managed: bool,
    pub has_two_factor: bool,
    pub last_login_at: Option<DateTime<Utc>>,
    pub organizations: i64,
}

/// Which accounts are wanted; `None` leaves it open.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// Part of the name, the user name or an address.
    pub query: &'a str,
    pub is_active: Option<bool>,
    pub is_superuser: Option<bool>,
    /// Only accounts made before this one.
    pub before: Option<UserId>,
}

/// Accounts, newest first.
pub async fn search(db: impl PgExecutor<'_>, wanted: &Wanted<'_>, limit: i64) -> sqlx::Result<Vec<UserSummary>> {
    sqlx::query_as!(
        UserSummary,
        r#"
        SELECT id AS "id: UserId", username, email, name, is_active, is_superuser, is_managed, last_login_at,
            EXISTS (SELECT FROM authenticators a WHERE a.user_id = users.id) AS "has_two_factor!",
            (SELECT count(*) FROM members m WHERE m.user_id = users.id) AS "organizations!"
        FROM users
        WHERE (strpos(lower(username || ' ' || email || ' ' || name), lower($1)) > 0
                OR EXISTS (SELECT FROM user_emails e WHERE e.user_id = users.id AND strpos(lower(e.email), lower($1)) > 0))
            AND ($2::boolean IS NULL OR is_active = $2)
            AND ($3::boolean IS NULL OR is_superuser = $3)
            AND ($4::bigint IS NULL OR id < $4)
        ORDER BY id DESC
        LIMIT $5"#,
        wanted.query,
        wanted.is_active,
        wanted.is_superuser,
        wanted.before.map(|id| id.0),
        limit,
    )
    .fetch_all(db)
    .await
}

/// An organization that somebody belongs to.
#[derive(Clone, Debug)]
pub struct Membership {
    pub slug: String,
    pub name: String,
    pub role: Role,
    /// Role and teams come from a directory or identity provider.
    pub is_linked: bool,
}

/// Somebody's organizations, by name.
pub async fn list_memberships(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<Membership>> {
    sqlx::query_as!(
        Membership,
        r#"
        SELECT o.slug, o.name, m.role AS "role: Role", m.is_linked
        FROM members m
        JOIN organizations o ON o.id = m.organization_id
        WHERE m.user_id = $1 AND o.status = 'active'
        ORDER BY o.name, o.id
        LIMIT 200"#,
        user_id.0,
    )
    .fetch_all(db)
    .await
}

/// The identity providers that know somebody.
pub async fn list_providers(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "SELECT provider FROM user_identities WHERE user_id = $1 ORDER BY created_at LIMIT 20",
        user_id.0,
    )
    .fetch_all(db)
    .await
}

//! Accounts of people.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{OrganizationId, UserId};
use crate::types::wall_clock::{WallClock, parse_zone};

/// A person's account with its settings.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub email: String,
    pub name: String,
    pub password_hash: Option<String>,
    pub is_active: bool,
    pub is_superuser: bool,
    /// Kept by a directory: what it knows is not changed here, and there is no password.
    pub is_managed: bool,
    /// Has to choose a new password at the next sign-in.
    pub is_password_expired: bool,
    /// Sessions that began with another value are over.
    pub session_nonce: String,
    pub language: Option<String>,
    pub theme: String,
    pub density: String,
    pub stack_view: String,
    pub stack_newest_first: bool,
    pub shortcuts_enabled: bool,
    pub last_organization_id: Option<OrganizationId>,
    /// An IANA name; `None`: follow the browser.
    pub time_zone: Option<String>,
    /// Hours go to 24, not to 12.
    pub clock_24_hours: bool,
    pub last_login_at: Option<DateTime<Utc>>,
    /// To within five minutes.
    pub last_active_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    /// When its owner closed it.
    pub closed_at: Option<DateTime<Utc>>,
    /// Signs in with a second factor.
    pub has_two_factor: bool,
    /// An identity provider vouches for them.
    pub has_identity: bool,
}

impl User {
    /// How their clock stands, unless it follows the browser's zone.
    pub fn clock(&self) -> Option<WallClock> {
        let zone = self.time_zone.as_deref().and_then(parse_zone)?;
        Some(WallClock { zone, is_24_hours: self.clock_24_hours })
    }

    /// An account that is not stored, may nothing, and stands for nobody.
    pub fn nobody(id: UserId, created_at: DateTime<Utc>) -> Self {
        Self {
            id,
            username: String::new(),
            email: String::new(),
            name: String::new(),
            password_hash: None,
            is_active: false,
            is_superuser: false,
            is_managed: false,
            is_password_expired: false,
            session_nonce: String::new(),
            language: None,
            theme: String::new(),
            density: String::new(),
            stack_view: String::new(),
            stack_newest_first: false,
            shortcuts_enabled: false,
            last_organization_id: None,
            time_zone: None,
            clock_24_hours: true,
            last_login_at: None,
            last_active_at: None,
            created_at,
            closed_at: None,
            has_two_factor: false,
            has_identity: false,
        }
    }

    /// What others see: the name, else the address, else the user name.
    pub fn display_name(&self) -> &str {
        [&self.name, &self.email].into_iter().find(|text| !text.is_empty()).unwrap_or(&self.username)
    }
}

/// An account to insert.
#[derive(Clone, Debug)]
pub struct NewUser<'a> {
    pub username: &'a str,
    pub email: &'a str,
    pub name: &'a str,
    pub password_hash: Option<&'a str>,
    pub is_superuser: bool,
}

pub async fn find(db: impl PgExecutor<'_>, id: UserId) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"
        SELECT id AS "id: UserId", username, email, name, password_hash, is_active, is_superuser, is_managed,
            is_password_expired, session_nonce, language, theme, density, stack_view, stack_newest_first,
            shortcuts_enabled, last_organization_id AS "last_organization_id: OrganizationId", time_zone, last_login_at,
            last_active_at, created_at, clock_24_hours, closed_at,
            EXISTS (SELECT FROM authenticators a WHERE a.user_id = users.id) AS "has_two_factor!",
            EXISTS (SELECT FROM user_identities i WHERE i.user_id = users.id) AS "has_identity!"
        FROM users
        WHERE id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Accounts by id.
pub async fn list(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<User>> {
    sqlx::query_as!(
        User,
        r#"
        SELECT id AS "id: UserId", username, email, name, password_hash, is_active, is_superuser, is_managed,
            is_password_expired, session_nonce, language, theme, density, stack_view, stack_newest_first,
            shortcuts_enabled, last_organization_id AS "last_organization_id: OrganizationId", time_zone, last_login_at,
            last_active_at, created_at, clock_24_hours, closed_at,
            EXISTS (SELECT FROM authenticators a WHERE a.user_id = users.id) AS "has_two_factor!",
            EXISTS (SELECT FROM user_identities i WHERE i.user_id = users.id) AS "has_identity!"
        FROM users
        WHERE id = ANY($1)
        ORDER BY id"#,
        ids,
    )
    .fetch_all(db)
    .await
}

/// The account whose user name or confirmed address this is, without regard to case.
pub async fn find_by_login(db: impl PgExecutor<'_>, login: &str) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"
        SELECT id AS "id: UserId", username, email, name, password_hash, is_active, is_superuser, is_managed,
            is_password_expired, session_nonce, language, theme, density, stack_view, stack_newest_first,
            shortcuts_enabled, last_organization_id AS "last_organization_id: OrganizationId", time_zone, last_login_at,
            last_active_at, created_at, clock_24_hours, closed_at,
            EXISTS (SELECT FROM authenticators a WHERE a.user_id = users.id) AS "has_two_factor!",
            EXISTS (SELECT FROM user_identities i WHERE i.user_id = users.id) AS "has_identity!"
        FROM users
        WHERE lower(username) = lower($1)
            OR id IN (SELECT user_id FROM user_emails WHERE lower(email) = lower($1) AND is_verified)
        -- A user name may look like someone else's address: the address wins.
        ORDER BY lower(email) = lower($1) DESC, lower(username) = lower($1), id
        LIMIT 1"#,
        login,
    )
    .fetch_optional(db)
    .await
}

/// How many accounts are tried for one address.
const MAX_CANDIDATES: i64 = 5;
/// Bytes of the longest name that may be somebody's.
const MAX_LOGIN: usize = 1000;

/// The accounts whose user name or address this is, without regard to case. Nobody's, where it is no text for a name.
pub async fn list_by_login(db: impl PgExecutor<'_>, login: &str) -> sqlx::Result<Vec<User>> {
    let login = login.trim();
    if login.is_empty() || login.len() > MAX_LOGIN || login.contains('\0') {
        return Ok(Vec::new());
    }
    sqlx::query_as!(
        User,
        r#"
        SELECT id AS "id: UserId", username, email, name, password_hash, is_active, is_superuser, is_managed,
            is_password_expired, session_nonce, language, theme, density, stack_view, stack_newest_first,
            shortcuts_enabled, last_organization_id AS "last_organization_id: OrganizationId", time_zone, last_login_at,
            last_active_at, created_at, clock_24_hours, closed_at,
            EXISTS (SELECT FROM authenticators a WHERE a.user_id = users.id) AS "has_two_factor!",
            EXISTS (SELECT FROM user_identities i WHERE i.user_id = users.id) AS "has_identity!"
        FROM users
        WHERE lower(username) = lower($1)
            OR id IN (SELECT user_id FROM user_emails WHERE lower(email) = lower($1) AND is_verified)
        ORDER BY lower(username) = lower($1) DESC, id
        LIMIT $2"#,
        login,
        MAX_CANDIDATES,
    )
    .fetch_all(db)
    .await
}

/// The active members of an organization who have one of these addresses.
pub async fn list_members_by_email(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    emails: &[String],
) -> sqlx::Result<Vec<User>> {
    sqlx::query_as!(
        User,
        r#"
        SELECT id AS "id: UserId", username, email, name, password_hash, is_active, is_superuser, is_managed,
            is_password_expired, session_nonce, language, theme, density, stack_view, stack_newest_first,
            shortcuts_enabled, last_organization_id AS "last_organization_id: OrganizationId", time_zone, last_login_at,
            last_active_at, created_at, clock_24_hours, closed_at,
            EXISTS (SELECT FROM authenticators a WHERE a.user_id = users.id) AS "has_two_factor!",
            EXISTS (SELECT FROM user_identities i WHERE i.user_id = users.id) AS "has_identity!"
        FROM users
        WHERE lower(email) = ANY(SELECT lower(wanted.email) FROM UNNEST($2::text[]) AS wanted (email)) AND is_active
            AND EXISTS (SELECT FROM members WHERE organization_id = $1 AND user_id = users.id)
        ORDER BY id"#,
        organization_id.0,
        emails,
    )
    .fetch_all(db)
    .await
}

/// Makes an account whose address needs no confirmation: whoever makes it vouches for it.
pub async fn insert(db: impl PgExecutor<'_>, user: &NewUser<'_>, now: DateTime<Utc>) -> sqlx::Result<UserId> {
    sqlx::query_scalar!(
        r#"
        WITH made AS (
            INSERT INTO users (username, email, name, password_hash, is_superuser, created_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            RETURNING id
        ), address AS (
            INSERT INTO user_emails (user_id, email, is_verified, created_at)
            SELECT id, $2, TRUE, $6 FROM made WHERE $2 <> ''
        )
        SELECT id AS "id!: UserId" FROM made"#,
        user.username,
        user.email,
        user.name,
        user.password_hash,
        user.is_superuser,
        now,
    )
    .fetch_one(db)
    .await
}

/// Whether an account has this address as its primary one.
pub async fn has_email(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM users WHERE lower(email) = lower($1)) AS "exists!""#, email)
        .fetch_one(db)
        .await
}

/// Sets a password, and ends the sessions that began with the nonce before.
pub async fn update_password(
    db: impl PgExecutor<'_>,
    id: UserId,
    password_hash: &str,
    session_nonce: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET password_hash = $2, session_nonce = $3, is_password_expired = FALSE WHERE id = $1",
        id.0,
        password_hash,
        session_nonce,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends the sessions that began with the nonce before.
pub async fn update_session_nonce(db: impl PgExecutor<'_>, id: UserId, session_nonce: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET session_nonce = $2 WHERE id = $1", id.0, session_nonce).execute(db).await?;
    Ok(())
}

pub async fn update_last_active(db: impl PgExecutor<'_>, id: UserId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET last_active_at = $2 WHERE id = $1", id.0, now).execute(db).await?;
    Ok(())
}

/// Whether the account is one that may sign in, by somebody else's decision.
pub async fn update_is_active(
    db: impl PgExecutor<'_>,
    id: UserId,
    is_active: bool,
    session_nonce: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET is_active = $2, session_nonce = $3, closed_at = NULL WHERE id = $1",
        id.0,
        is_active,
        session_nonce,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Its owner signs in with it no more.
pub async fn close(db: impl PgExecutor<'_>, id: UserId, session_nonce: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET is_active = FALSE, session_nonce = $2, closed_at = $3 WHERE id = $1",
        id.0,
        session_nonce,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts another hash in the place of one of the same password.
pub async fn replace_password_hash(db: impl PgExecutor<'_>, id: UserId, old: &str, new: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2", id.0, old, new)
        .execute(db)
        .await?;
    Ok(())
}

/// Password and rights at once; without a hash the password stays.
pub async fn update_sign_in(
    db: impl PgExecutor<'_>,
    id: UserId,
    password_hash: Option<&str>,
    is_superuser: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET password_hash = coalesce($2, password_hash), is_superuser = $3, is_active = TRUE WHERE id = $1",
        id.0,
        password_hash,
        is_superuser,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn update_name(db: impl PgExecutor<'_>, id: UserId, name: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET name = $2 WHERE id = $1", id.0, name).execute(db).await?;
    Ok(())
}

/// The address that letters go to.
pub async fn update_email(db: impl PgExecutor<'_>, id: UserId, email: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET email = $2 WHERE id = $1", id.0, email).execute(db).await?;
    Ok(())
}

pub async fn update_last_login(db: impl PgExecutor<'_>, id: UserId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET last_login_at = $2 WHERE id = $1", id.0, now).execute(db).await?;
    Ok(())
}

/// Remembers where the user was, so that `/` leads there.
pub async fn update_last_organization(
    db: impl PgExecutor<'_>,
    id: UserId,
    organization_id: OrganizationId,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET last_organization_id = $2 WHERE id = $1", id.0, organization_id.0)
        .execute(db)
        .await?;
    Ok(())
}

/// The next sign-in ends with the choice of a new password.
pub async fn expire_password(db: impl PgExecutor<'_>, id: UserId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET is_password_expired = TRUE WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

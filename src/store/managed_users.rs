//! Accounts that a directory or identity provider keeps, and the identities by which a provider calls them.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::UserId;

/// An account to make. Without an address it has none.
#[derive(Clone, Debug)]
pub struct NewManagedUser<'a> {
    pub username: &'a str,
    pub email: &'a str,
    pub name: &'a str,
}

pub async fn find_by_username(db: impl PgExecutor<'_>, username: &str) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: UserId" FROM users WHERE lower(username) = lower($1)"#, username)
        .fetch_optional(db)
        .await
}

/// The one account that has confirmed this address; `None` also where several have.
pub async fn find_by_email(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<Option<UserId>> {
    let ids = sqlx::query_scalar!(
        r#"
        SELECT DISTINCT user_id AS "id: UserId" FROM user_emails
        WHERE lower(email) = lower($1) AND is_verified AND email <> ''
        LIMIT 2"#,
        email,
    )
    .fetch_all(db)
    .await?;
    Ok(if let [id] = ids[..] { Some(id) } else { None })
}

pub async fn find_by_identity(db: impl PgExecutor<'_>, provider: &str, subject: &str) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"SELECT user_id AS "user_id: UserId" FROM user_identities WHERE provider = $1 AND subject = $2"#,
        provider,
        subject,
    )
    .fetch_optional(db)
    .await
}

/// Whether somebody else has confirmed the address. Who has only entered it keeps nobody from theirs.
pub async fn email_is_taken(db: impl PgExecutor<'_>, email: &str, except: Option<UserId>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM user_emails
            WHERE lower(email) = lower($1) AND is_verified AND user_id IS DISTINCT FROM $2) AS "taken!""#,
        email,
        except.map(|id| id.0),
    )
    .fetch_one(db)
    .await
}

/// Lets one sign-in after the other decide about a person. Ends with the transaction; the first number is the lock's name.
pub async fn lock(db: impl PgExecutor<'_>, person: &str) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(7226102, hashtext($1))", person).execute(db).await?;
    Ok(())
}

/// `None` when user name or address are taken; the transaction stays usable.
pub async fn insert(
    db: impl PgExecutor<'_>,
    user: &NewManagedUser<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"
        WITH made AS (
            INSERT INTO users (username, email, name, is_managed, created_at)
            VALUES ($1, $2, $3, TRUE, $4)
            ON CONFLICT DO NOTHING
            RETURNING id
        ), address AS (
            INSERT INTO user_emails (user_id, email, is_verified, created_at)
            SELECT id, $2, TRUE, $4 FROM made WHERE $2 <> ''
        )
        SELECT id AS "id!: UserId" FROM made"#,
        user.username,
        user.email,
        user.name,
        now,
    )
    .fetch_optional(db)
    .await
}

/// What is known elsewhere of the person; `None` stays as it is.
pub async fn update(db: impl PgExecutor<'_>, id: UserId, name: Option<&str>, email: Option<&str>) -> sqlx::Result<()> {
    sqlx::query!(
        "
        WITH changed AS (
            UPDATE users SET name = coalesce($2, name), email = coalesce($3, email) WHERE id = $1
            RETURNING id, created_at
        )
        INSERT INTO user_emails (user_id, email, is_verified, created_at)
        SELECT id, $3, TRUE, created_at FROM changed WHERE $3 <> ''
        ON CONFLICT (user_id, lower(email)) DO UPDATE SET is_verified = TRUE",
        id.0,
        name,
        email,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// From now on a directory keeps the account: there is no password here, and the sessions that began with it are over.
pub async fn take_over(db: impl PgExecutor<'_>, id: UserId, session_nonce: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "
        UPDATE users
        SET is_managed = TRUE, password_hash = NULL, is_password_expired = FALSE, session_nonce = $2
        WHERE id = $1",
        id.0,
        session_nonce,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether it is new.
pub async fn insert_identity(
    db: impl PgExecutor<'_>,
    provider: &str,
    subject: &str,
    user_id: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "
        INSERT INTO user_identities (provider, subject, user_id, created_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING",
        provider,
        subject,
        user_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

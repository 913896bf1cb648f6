//! Second factors of people.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{AuthenticatorId, UserId};

/// A second factor.
#[derive(Clone)]
pub struct Authenticator {
    pub id: AuthenticatorId,
    /// `totp` or `security_key`.
    pub kind: String,
    pub name: String,
    /// The secret of one-time codes; what is known of a security key, as JSON.
    pub data: Vec<u8>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A second factor to insert.
pub struct NewAuthenticator<'a> {
    pub user_id: UserId,
    pub kind: &'a str,
    pub name: &'a str,
    pub data: &'a [u8],
    /// The step of the code that proved it.
    pub last_step: Option<i64>,
    pub credential_id: Option<&'a [u8]>,
}

/// Somebody's second factors, oldest first.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<Authenticator>> {
    sqlx::query_as!(
        Authenticator,
        r#"
        SELECT id AS "id: AuthenticatorId", kind, name, data, last_used_at, created_at
        FROM authenticators
        WHERE user_id = $1
        ORDER BY id
        LIMIT 50"#,
        user_id.0,
    )
    .fetch_all(db)
    .await
}

/// `None`: the account has one-time codes already, or the key belongs to an account.
pub async fn insert(
    db: impl PgExecutor<'_>,
    new: &NewAuthenticator<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<AuthenticatorId>> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO authenticators (user_id, kind, name, data, last_step, credential_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING
        RETURNING id AS "id: AuthenticatorId""#,
        new.user_id.0,
        new.kind,
        new.name,
        new.data,
        new.last_step,
        new.credential_id,
        now,
    )
    .fetch_optional(db)
    .await
}

/// Notes that the code of a step was used; `false` if that of this step or a later one was used before.
pub async fn use_step(
    db: impl PgExecutor<'_>,
    id: AuthenticatorId,
    step: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "
        UPDATE authenticators
        SET last_step = $2, last_used_at = $3
        WHERE id = $1 AND (last_step IS NULL OR last_step < $2)",
        id.0,
        step,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes that a security key was used, and what is known of it now.
pub async fn update_used(
    db: impl PgExecutor<'_>,
    id: AuthenticatorId,
    data: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE authenticators SET data = $2, last_used_at = $3 WHERE id = $1", id.0, data, now)
        .execute(db)
        .await?;
    Ok(())
}

/// Whether there was one.
pub async fn delete(db: impl PgExecutor<'_>, user_id: UserId, id: AuthenticatorId) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("DELETE FROM authenticators WHERE user_id = $1 AND id = $2", user_id.0, id.0).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

/// Takes every second factor from somebody who has lost them.
pub async fn delete_all(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM authenticators WHERE user_id = $1", user_id.0).execute(db).await?;
    Ok(())
}

//! Links to set a password with, one per account.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::UserId;

/// Puts a link in the place of the one before.
pub async fn upsert(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "
        INSERT INTO password_links (user_id, token_hash, created_at)
        VALUES ($1, $2, $3)
        ON CONFLICT (user_id) DO UPDATE SET token_hash = EXCLUDED.token_hash, created_at = EXCLUDED.created_at",
        user_id.0,
        token_hash,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether the link opens, being younger than `since`.
pub async fn exists(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    token_hash: &[u8],
    since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM password_links WHERE user_id = $1 AND token_hash = $2 AND created_at > $3
        ) AS "exists!""#,
        user_id.0,
        token_hash,
        since,
    )
    .fetch_one(db)
    .await
}

/// Uses a link up; whether it was there and younger than `since`.
pub async fn take(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    token_hash: &[u8],
    since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM password_links WHERE user_id = $1 AND token_hash = $2 AND created_at > $3",
        user_id.0,
        token_hash,
        since,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What was sent opens nothing any more.
pub async fn delete(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM password_links WHERE user_id = $1", user_id.0).execute(db).await?;
    Ok(())
}

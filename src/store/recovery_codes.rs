//! Codes for whoever has lost their second factor. Only their hashes are kept.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::UserId;

pub async fn count(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM recovery_codes WHERE user_id = $1"#, user_id.0)
        .fetch_one(db)
        .await
}

pub async fn insert(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    hashes: &[Vec<u8>],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "
        INSERT INTO recovery_codes (user_id, code_hash, created_at)
        SELECT $1, hash, $3 FROM UNNEST($2::bytea[]) AS given (hash)
        ON CONFLICT DO NOTHING",
        user_id.0,
        hashes,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Uses a code up; whether there was one.
pub async fn take(db: impl PgExecutor<'_>, user_id: UserId, hash: &[u8]) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2", user_id.0, hash)
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn delete_all(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user_id.0).execute(db).await?;
    Ok(())
}

//! Settings an administrator changed at run time; a value in the configuration file wins over them.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

/// A stored setting.
#[derive(Clone, Debug)]
pub struct StoredOption {
    pub key: String,
    pub value: Value,
    pub updated_at: DateTime<Utc>,
}

/// More than there are option keys.
const LIMIT: i64 = 1000;

pub async fn find(db: impl PgExecutor<'_>, key: &str) -> sqlx::Result<Option<StoredOption>> {
    sqlx::query_as!(StoredOption, "SELECT key, value, updated_at FROM options WHERE key = $1", key)
        .fetch_optional(db)
        .await
}

pub async fn list(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<StoredOption>> {
    sqlx::query_as!(StoredOption, "SELECT key, value, updated_at FROM options ORDER BY key LIMIT $1", LIMIT)
        .fetch_all(db)
        .await
}

/// Inserts or replaces.
pub async fn upsert(db: impl PgExecutor<'_>, key: &str, value: &Value, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "
        INSERT INTO options (key, value, updated_at)
        VALUES ($1, $2, $3)
        ON CONFLICT ON CONSTRAINT options_pkey DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at",
        key,
        value,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether there was one.
pub async fn delete(db: impl PgExecutor<'_>, key: &str) -> sqlx::Result<bool> {
    Ok(sqlx::query!("DELETE FROM options WHERE key = $1", key).execute(db).await?.rows_affected() > 0)
}

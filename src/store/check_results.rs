//! What the set-up checks found when they last ran.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

/// The last run of a check.
#[derive(Clone, Debug)]
pub struct CheckResult {
    pub check_id: String,
    /// `ok`, `warning`, `failed`.
    pub state: String,
    pub seen: String,
    /// What to do, by name (`services::checks::Fix`).
    pub fix: Option<Value>,
    /// The public URL that would be right.
    pub url: Option<String>,
    pub took_ms: i32,
    pub ran_at: DateTime<Utc>,
}

/// More checks than there are.
const LIMIT: i64 = 100;

pub async fn list(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<CheckResult>> {
    sqlx::query_as!(
        CheckResult,
        "SELECT check_id, state, seen, fix, url, took_ms, ran_at FROM check_results ORDER BY check_id LIMIT $1",
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// Inserts or replaces.
pub async fn upsert(db: impl PgExecutor<'_>, result: &CheckResult) -> sqlx::Result<()> {
    sqlx::query!(
        "
        INSERT INTO check_results (check_id, state, seen, fix, url, took_ms, ran_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT ON CONSTRAINT check_results_pkey DO UPDATE
        SET state = EXCLUDED.state, seen = EXCLUDED.seen, fix = EXCLUDED.fix, url = EXCLUDED.url,
            took_ms = EXCLUDED.took_ms, ran_at = EXCLUDED.ran_at",
        result.check_id,
        result.state,
        result.seen,
        result.fix,
        result.url,
        result.took_ms,
        result.ran_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

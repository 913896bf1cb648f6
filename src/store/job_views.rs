//! Jobs as people see them: what they started, how far it has come, and what they may still do about it.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::JsonValue;

use crate::types::ids::{JobId, OrganizationId, UserId};

/// A job that a person asked for.
#[derive(Clone, Debug)]
pub struct JobView {
    pub id: JobId,
    pub kind: String,
    pub payload: JsonValue,
    /// `waiting`, `running`, `done`, `failed`, `cancelled`.
    pub state: String,
    pub phase: String,
    pub done: i64,
    /// `None`: not counted yet.
    pub total: Option<i64>,
    /// Asked to stop.
    pub is_cancelled: bool,
    pub result: JsonValue,
    pub error: Option<String>,
    pub attempts: i32,
    pub user_id: Option<UserId>,
    pub user_name: Option<String>,
    pub organization_id: Option<OrganizationId>,
    pub organization_slug: Option<String>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}

pub async fn find(db: impl PgExecutor<'_>, id: JobId) -> sqlx::Result<Option<JobView>> {
    sqlx::query_as!(
        JobView,
        r#"
        SELECT jobs.id AS "id: JobId", kind, payload, state, phase, done, total, is_cancelled, result, error, attempts,
            user_id AS "user_id: UserId", COALESCE(NULLIF(users.name, ''), users.email) AS user_name,
            organization_id AS "organization_id: OrganizationId", organizations.slug AS "organization_slug?",
            jobs.created_at, started_at, finished_at
        FROM jobs
        LEFT JOIN users ON users.id = jobs.user_id
        LEFT JOIN organizations ON organizations.id = jobs.organization_id
        WHERE jobs.id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// What a person asked for, the latest first.
pub async fn list_of_user(db: impl PgExecutor<'_>, user_id: UserId, limit: i64) -> sqlx::Result<Vec<JobView>> {
    sqlx::query_as!(
        JobView,
        r#"
        SELECT jobs.id AS "id: JobId", kind, payload, state, phase, done, total, is_cancelled, result, error, attempts,
            user_id AS "user_id: UserId", COALESCE(NULLIF(users.name, ''), users.email) AS user_name,
            organization_id AS "organization_id: OrganizationId", organizations.slug AS "organization_slug?",
            jobs.created_at, started_at, finished_at
        FROM jobs
        LEFT JOIN users ON users.id = jobs.user_id
        LEFT JOIN organizations ON organizations.id = jobs.organization_id
        WHERE jobs.user_id = $1
        ORDER BY jobs.id DESC
        LIMIT $2"#,
        user_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// How many jobs of a person wait or run.
pub async fn count_running(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM jobs WHERE user_id = $1 AND state IN ('waiting', 'running')"#,
        user_id.0,
    )
    .fetch_one(db)
    .await
}

/// Asks a job to stop; `false`: it has ended.
pub async fn cancel(db: impl PgExecutor<'_>, id: JobId) -> sqlx::Result<bool> {
    let result =
        sqlx::query!("UPDATE jobs SET is_cancelled = TRUE WHERE id = $1 AND state IN ('waiting', 'running')", id.0)
            .execute(db)
            .await?;
    Ok(result.rows_affected() > 0)
}

/// Lets a job that failed run again; `false`: it did not fail.
pub async fn retry(db: impl PgExecutor<'_>, id: JobId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let result = sqlx::query!(
        r#"
        UPDATE jobs
        SET state = 'waiting', attempts = 0, run_at = $2, error = NULL, finished_at = NULL
        WHERE id = $1 AND state = 'failed'"#,
        id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected() > 0)
}

/// Notes once that a job is being taken back; `false`: it was before.
pub async fn mark_undone(db: impl PgExecutor<'_>, id: JobId, by: JobId) -> sqlx::Result<bool> {
    let result = sqlx::query!(
        r#"
        UPDATE jobs
        SET result = result || jsonb_build_object('undone_by', $2::bigint)
        WHERE id = $1 AND state IN ('done', 'cancelled', 'failed') AND NOT result ? 'undone_by'"#,
        id.0,
        by.0,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected() > 0)
}

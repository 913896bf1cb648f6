//! Background jobs: promised in the transaction that needs them, claimed by workers with a lease.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgExecutor;
use sqlx::types::JsonValue;

use crate::types::ids::{JobId, OrganizationId, UserId};

/// A job to enqueue.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub kind: &'static str,
    pub payload: JsonValue,
    pub run_at: DateTime<Utc>,
    /// Who asked for it, if a person did.
    pub user_id: Option<UserId>,
    pub organization_id: Option<OrganizationId>,
    /// Of how many things it consists, where that is known.
    pub total: Option<i64>,
}

/// A job in a worker's hands.
#[derive(Clone, Debug)]
pub struct ClaimedJob {
    pub id: JobId,
    pub kind: String,
    pub payload: JsonValue,
    /// Counting this one.
    pub attempts: i32,
}

/// How far the jobs of one kind have come.
#[derive(Clone, Debug)]
pub struct JobCount {
    pub kind: String,
    pub state: String,
    pub count: i64,
}

/// Promises a job. A timed job (without payload) that waits already is not promised twice.
pub async fn insert(db: impl PgExecutor<'_>, job: &NewJob, now: DateTime<Utc>) -> sqlx::Result<Option<JobId>> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO jobs (kind, payload, run_at, user_id, created_at, organization_id, total)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (kind) WHERE state = 'waiting' AND payload = '{}' DO NOTHING
        RETURNING id AS "id: JobId""#,
        job.kind,
        job.payload,
        job.run_at,
        job.user_id.map(|id| id.0),
        now,
        job.organization_id.map(|id| id.0),
        job.total,
    )
    .fetch_optional(db)
    .await
}

/// Whether such a job is waiting or running.
pub async fn is_promised(db: impl PgExecutor<'_>, kind: &str, payload: &JsonValue) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM jobs WHERE kind = $1 AND payload = $2 AND state IN ('waiting', 'running')
        ) AS "exists!""#,
        kind,
        payload,
    )
    .fetch_one(db)
    .await
}

/// Claims one job that is due, or whose worker let its lease end.
pub async fn claim(db: impl PgExecutor<'_>, now: DateTime<Utc>, lease: TimeDelta) -> sqlx::Result<Option<ClaimedJob>> {
    sqlx::query_as!(
        ClaimedJob,
        r#"
        UPDATE jobs
        SET state = 'running', attempts = attempts + 1, leased_until = $2, started_at = COALESCE(started_at, $1)
        WHERE id = (
            SELECT id
            FROM jobs
            WHERE run_at <= $1 AND (state = 'waiting' OR (state = 'running' AND leased_until < $1))
            ORDER BY run_at
            LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        RETURNING id AS "id: JobId", kind, payload, attempts"#,
        now,
        now + lease,
    )
    .fetch_optional(db)
    .await
}

/// Prolongs the lease of a job still being worked on.
pub async fn extend_lease(db: impl PgExecutor<'_>, id: JobId, until: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE jobs SET leased_until = $2 WHERE id = $1 AND state = 'running'", id.0, until)
        .execute(db)
        .await?;
    Ok(())
}

/// The job is done.
pub async fn finish(db: impl PgExecutor<'_>, id: JobId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET state = 'done', finished_at = $2, leased_until = NULL, error = NULL WHERE id = $1",
        id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The program stops: the job goes on with the next one, and this attempt does not count.
pub async fn give_back(db: impl PgExecutor<'_>, id: JobId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE jobs SET attempts = attempts - 1, leased_until = $2 WHERE id = $1", id.0, now)
        .execute(db)
        .await?;
    Ok(())
}

/// The job waits for another one; this attempt does not count.
pub async fn postpone(db: impl PgExecutor<'_>, id: JobId, run_at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET state = 'waiting', attempts = attempts - 1, run_at = $2, leased_until = NULL WHERE id = $1",
        id.0,
        run_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The job failed and is tried again at `run_at`. A timed job is not, if its next one waits already.
pub async fn retry(db: impl PgExecutor<'_>, id: JobId, run_at: DateTime<Utc>, error: &str) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE jobs
        SET run_at = $2, error = $3, leased_until = NULL,
            state = CASE WHEN payload = '{}' AND EXISTS (
                SELECT FROM jobs AS next WHERE next.kind = jobs.kind AND next.state = 'waiting' AND next.payload = '{}'
            ) THEN 'failed' ELSE 'waiting' END
        WHERE id = $1"#,
        id.0,
        run_at,
        error,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The job failed for good.
pub async fn fail(db: impl PgExecutor<'_>, id: JobId, now: DateTime<Utc>, error: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET state = 'failed', finished_at = $2, leased_until = NULL, error = $3 WHERE id = $1",
        id.0,
        now,
        error,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The job stopped because a person asked for it.
pub async fn stop(db: impl PgExecutor<'_>, id: JobId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET state = 'cancelled', finished_at = $2, leased_until = NULL, error = NULL WHERE id = $1",
        id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether a person asked the job to stop.
pub async fn is_cancelled(db: impl PgExecutor<'_>, id: JobId) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!("SELECT is_cancelled FROM jobs WHERE id = $1", id.0).fetch_optional(db).await?;
    Ok(found.unwrap_or(true))
}

/// How far the job has come.
pub async fn done(db: impl PgExecutor<'_>, id: JobId) -> sqlx::Result<i64> {
    sqlx::query_scalar!("SELECT done FROM jobs WHERE id = $1", id.0).fetch_one(db).await
}

/// The job has come so much further.
pub async fn advance(db: impl PgExecutor<'_>, id: JobId, by: usize) -> sqlx::Result<()> {
    let by = i64::try_from(by).unwrap_or(i64::MAX);
    sqlx::query!("UPDATE jobs SET done = done + $2 WHERE id = $1", id.0, by).execute(db).await?;
    Ok(())
}

/// What the job is at, and of how many things it consists.
pub async fn update_phase(db: impl PgExecutor<'_>, id: JobId, phase: &str, total: Option<i64>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE jobs SET phase = $2, total = COALESCE($3, total) WHERE id = $1", id.0, phase, total)
        .execute(db)
        .await?;
    Ok(())
}

/// What came of the job, for people.
pub async fn update_result(db: impl PgExecutor<'_>, id: JobId, result: &JsonValue) -> sqlx::Result<()> {
    sqlx::query!("UPDATE jobs SET result = result || $2 WHERE id = $1", id.0, result).execute(db).await?;
    Ok(())
}

/// Forgets jobs that ended before a time; returns how many.
pub async fn delete_finished(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let result =
        sqlx::query!("DELETE FROM jobs WHERE state IN ('done', 'failed', 'cancelled') AND finished_at < $1", before)
            .execute(db)
            .await?;
    Ok(result.rows_affected())
}

/// Jobs by kind and state.
pub async fn count_by_state(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<JobCount>> {
    sqlx::query_as!(
        JobCount,
        r#"SELECT kind, state, count(*) AS "count!" FROM jobs GROUP BY kind, state ORDER BY kind, state LIMIT 200"#,
    )
    .fetch_all(db)
    .await
}

/// When a timed job of this kind was last promised.
pub async fn last_promised_at(db: impl PgExecutor<'_>, kind: &str) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("SELECT max(run_at) FROM jobs WHERE kind = $1 AND payload = '{}'", kind).fetch_one(db).await
}

/// When a job of this kind was last done.
pub async fn last_finished_at(db: impl PgExecutor<'_>, kind: &str) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("SELECT max(finished_at) FROM jobs WHERE kind = $1 AND state = 'done'", kind)
        .fetch_one(db)
        .await
}

/// Becomes the one cron process that leads, for as long as the connection lives; `false`: another one does.
pub async fn try_lead(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    const CRON_LOCK: i64 = 0x7069_636b_6574_0002;
    sqlx::query_scalar!(r#"SELECT pg_try_advisory_lock($1) AS "is_leader!""#, CRON_LOCK).fetch_one(db).await
}

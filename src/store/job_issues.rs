//! The issues that a job is about: chosen when it was asked for, ticked off as it goes.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::JsonValue;

use crate::types::ids::{IssueId, JobId};

/// How many issues of a job came to which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    pub changed: i64,
    pub unchanged: i64,
    pub gone: i64,
    /// Not come to yet, or never: the job was cancelled.
    pub left: i64,
}

/// What became of some issues, as columns.
#[derive(Clone, Debug, Default)]
pub struct Ticks {
    pub issue_ids: Vec<i64>,
    pub outcomes: Vec<&'static str>,
    pub traces: Vec<Option<JsonValue>>,
}

impl Ticks {
    pub fn push(&mut self, id: IssueId, outcome: &'static str, trace: Option<JsonValue>) {
        self.issue_ids.push(id.0);
        self.outcomes.push(outcome);
        self.traces.push(trace);
    }
}

/// Notes the issues of a job.
pub async fn insert(db: impl PgExecutor<'_>, job_id: JobId, issue_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO job_issues (job_id, issue_id) SELECT DISTINCT $1::bigint, id FROM UNNEST($2::bigint[]) AS new (id)",
        job_id.0,
        issue_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives a job the issues that another one changed, with what it noted of them; returns how many.
pub async fn copy_changed(db: impl PgExecutor<'_>, from: JobId, to: JobId) -> sqlx::Result<i64> {
    let result = sqlx::query!(
        r#"
        INSERT INTO job_issues (job_id, issue_id, trace)
        SELECT $2, issue_id, trace FROM job_issues WHERE job_id = $1 AND outcome = 'changed'"#,
        from.0,
        to.0,
    )
    .execute(db)
    .await?;
    Ok(i64::try_from(result.rows_affected()).unwrap_or(i64::MAX))
}

/// Some of the issues that a job has not come to yet, in the order of their ids. In a transaction: should a second
/// worker have the job, because the first was thought dead, it waits and then finds them ticked off.
pub async fn list_left(
    db: impl PgExecutor<'_>,
    job_id: JobId,
    limit: i64,
) -> sqlx::Result<Vec<(IssueId, Option<JsonValue>)>> {
    let rows = sqlx::query!(
        r#"
        SELECT issue_id AS "issue_id: IssueId", trace
        FROM job_issues
        WHERE job_id = $1 AND outcome IS NULL
        ORDER BY issue_id
        LIMIT $2
        FOR UPDATE"#,
        job_id.0,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.issue_id, row.trace)).collect())
}

/// Some of the issues that a job has not come to yet, but for those whose events another job is moving.
pub async fn list_still(db: impl PgExecutor<'_>, job_id: JobId, limit: i64) -> sqlx::Result<Vec<IssueId>> {
    sqlx::query_scalar!(
        r#"
        SELECT issue_id AS "issue_id: IssueId"
        FROM job_issues
        WHERE job_id = $1 AND outcome IS NULL AND NOT EXISTS (
            SELECT FROM moving_issues
            JOIN jobs ON jobs.id = moving_issues.job_id
            WHERE moving_issues.issue_id = job_issues.issue_id AND jobs.state IN ('waiting', 'running')
        )
        ORDER BY issue_id
        LIMIT $2"#,
        job_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// All issues of a job, in the order of their ids.
pub async fn list(db: impl PgExecutor<'_>, job_id: JobId, limit: i64) -> sqlx::Result<Vec<IssueId>> {
    sqlx::query_scalar!(
        r#"SELECT issue_id AS "issue_id: IssueId" FROM job_issues WHERE job_id = $1 ORDER BY issue_id LIMIT $2"#,
        job_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Ticks issues off. A trace that is not given stays.
pub async fn tick(db: impl PgExecutor<'_>, job_id: JobId, ticks: &Ticks) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE job_issues
        SET outcome = done.outcome, trace = COALESCE(done.trace, job_issues.trace)
        FROM UNNEST($2::bigint[], $3::text[], $4::jsonb[]) AS done (issue_id, outcome, trace)
        WHERE job_issues.job_id = $1 AND job_issues.issue_id = done.issue_id"#,
        job_id.0,
        &ticks.issue_ids,
        &ticks.outcomes as _,
        &ticks.traces as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How far a job has come with its issues.
pub async fn count(db: impl PgExecutor<'_>, job_id: JobId) -> sqlx::Result<Outcomes> {
    sqlx::query_as!(
        Outcomes,
        r#"
        SELECT count(*) FILTER (WHERE outcome = 'changed') AS "changed!",
            count(*) FILTER (WHERE outcome = 'unchanged') AS "unchanged!",
            count(*) FILTER (WHERE outcome = 'gone') AS "gone!", count(*) FILTER (WHERE outcome IS NULL) AS "left!"
        FROM job_issues
        WHERE job_id = $1"#,
        job_id.0,
    )
    .fetch_one(db)
    .await
}

/// Sets the issues of a job pending deletion, remembering their status; returns how many. Those on their way out
/// already are ticked off as gone.
pub async fn mark_deleted(db: impl PgExecutor<'_>, job_id: JobId) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        r#"
        WITH living AS (
            SELECT issues.id, issues.status
            FROM job_issues
            JOIN issues ON issues.id = job_issues.issue_id
            WHERE job_issues.job_id = $1 AND issues.status NOT IN ('pending_deletion', 'pending_merge')
            ORDER BY issues.id
            FOR NO KEY UPDATE OF issues
        ), marked AS (
            UPDATE issues SET status = 'pending_deletion' FROM living WHERE issues.id = living.id
        ), noted AS (
            UPDATE job_issues
            SET trace = CASE WHEN living.id IS NULL THEN NULL ELSE jsonb_build_object('status', living.status) END,
                outcome = CASE WHEN living.id IS NULL THEN 'gone' END
            FROM job_issues AS own LEFT JOIN living ON living.id = own.issue_id
            WHERE own.job_id = $1 AND job_issues.job_id = $1 AND job_issues.issue_id = own.issue_id
        )
        SELECT count(*) AS "count!" FROM living"#,
        job_id.0,
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}

/// Takes the deletion of issues back that a job has not come to; returns how many.
pub async fn unmark_deleted(db: impl PgExecutor<'_>, job_id: JobId) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        r#"
        UPDATE issues
        SET status = job_issues.trace ->> 'status'
        FROM job_issues
        WHERE job_issues.job_id = $1 AND job_issues.outcome IS NULL AND issues.id = job_issues.issue_id
            AND issues.status = 'pending_deletion' AND job_issues.trace ? 'status'"#,
        job_id.0,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

/// Forgets what jobs noted of issues once nothing can be taken back any more.
pub async fn forget_traces(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        r#"
        UPDATE job_issues
        SET trace = NULL
        FROM jobs
        WHERE jobs.id = job_issues.job_id AND jobs.finished_at < $1 AND job_issues.trace IS NOT NULL"#,
        before,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

//! Issues whose events jobs are moving, so that nobody moves them again or deletes them meanwhile.

use sqlx::PgExecutor;

use crate::types::ids::{IssueId, JobId};

/// A job is moving the events of some issues until it ends.
pub async fn insert(db: impl PgExecutor<'_>, job_id: JobId, issue_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO moving_issues (issue_id, job_id) SELECT id, $1 FROM UNNEST($2::bigint[]) AS new (id)",
        job_id.0,
        issue_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What is on its way to some issues goes on to another one.
pub async fn inherit(db: impl PgExecutor<'_>, from: &[i64], to: IssueId) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO moving_issues (issue_id, job_id)
        SELECT DISTINCT $2::bigint, job_id FROM moving_issues WHERE issue_id = ANY($1)
        ON CONFLICT ON CONSTRAINT moving_issues_pkey DO NOTHING"#,
        from,
        to.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether a job of a kind, or any, has still to move events of some issues. One that failed can be run again.
pub async fn any(db: impl PgExecutor<'_>, issue_ids: &[i64], kind: Option<&str>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM moving_issues
            JOIN jobs ON jobs.id = moving_issues.job_id
            WHERE moving_issues.issue_id = ANY($1) AND jobs.state IN ('waiting', 'running', 'failed')
                AND ($2::text IS NULL OR jobs.kind = $2)
        ) AS "any!""#,
        issue_ids,
        kind,
    )
    .fetch_one(db)
    .await
}

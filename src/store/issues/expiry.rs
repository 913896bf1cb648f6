//! The end of issues.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{IssueId, ProjectId};

/// How many issues were last seen before a time, in all or of one project.
pub async fn count(db: impl PgExecutor<'_>, before: DateTime<Utc>, project_id: Option<ProjectId>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!"
        FROM issues
        WHERE last_seen < $1 AND ($2::bigint IS NULL OR project_id = $2)"#,
        before,
        project_id.map(|id| id.0),
    )
    .fetch_one(db)
    .await
}

/// Sets issues that were last seen before a time pending deletion; also returns those that were pending already. Those
/// whose events are on the move are left for the next time.
pub async fn mark(
    db: impl PgExecutor<'_>,
    before: DateTime<Utc>,
    project_id: Option<ProjectId>,
    limit: i64,
) -> sqlx::Result<Vec<IssueId>> {
    sqlx::query_scalar!(
        r#"
        UPDATE issues
        SET status = 'pending_deletion'
        WHERE id IN (
            SELECT id
            FROM issues
            WHERE last_seen < $1 AND ($2::bigint IS NULL OR project_id = $2) AND status <> 'pending_merge'
                AND NOT EXISTS (
                    SELECT FROM moving_issues
                    JOIN jobs ON jobs.id = moving_issues.job_id
                    WHERE moving_issues.issue_id = issues.id AND jobs.state IN ('waiting', 'running')
                )
            ORDER BY id
            LIMIT $3
            FOR UPDATE SKIP LOCKED
        )
        RETURNING id AS "id: IssueId""#,
        before,
        project_id.map(|id| id.0),
        limit,
    )
    .fetch_all(db)
    .await
}

/// Sets issues of a project pending deletion; also returns those that were pending already. Waits for who holds one.
pub async fn mark_of_project(db: impl PgExecutor<'_>, project_id: ProjectId, limit: i64) -> sqlx::Result<Vec<IssueId>> {
    sqlx::query_scalar!(
        r#"
        UPDATE issues
        SET status = 'pending_deletion'
        WHERE id IN (SELECT id FROM issues WHERE project_id = $1 ORDER BY id LIMIT $2 FOR UPDATE)
        RETURNING id AS "id: IssueId""#,
        project_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Resolves issues that were not seen for as long as their project waits, and says so in their histories; returns how
/// many. Those that somebody holds are left for the next time.
pub async fn resolve_unseen(db: impl PgExecutor<'_>, now: DateTime<Utc>, limit: i64) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        r#"
        WITH due AS (
            SELECT issues.id, issues.project_id, (projects.settings ->> 'resolve_age')::integer AS age
            FROM projects
            JOIN issues ON issues.project_id = projects.id
            WHERE COALESCE((projects.settings ->> 'resolve_age')::integer, 0) > 0 AND issues.status = 'unresolved'
                AND issues.last_seen < $1::timestamptz - make_interval(hours => (projects.settings ->> 'resolve_age')::integer)
            ORDER BY issues.id
            LIMIT $2
            FOR NO KEY UPDATE OF issues SKIP LOCKED
        ), resolved AS (
            UPDATE issues
            SET status = 'resolved', resolved_at = $1, is_regressed = FALSE
            FROM due
            WHERE issues.id = due.id
        ), noted AS (
            INSERT INTO activities (project_id, issue_id, kind, data, created_at)
            SELECT project_id, id, 'set_resolved_by_age', jsonb_build_object('age', age), $1 FROM due
        )
        SELECT count(*) AS "count!" FROM due"#,
        now,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}

/// Those of the issues that are pending deletion.
pub async fn list_pending(db: impl PgExecutor<'_>, ids: &[IssueId]) -> sqlx::Result<Vec<i64>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    sqlx::query_scalar!("SELECT id FROM issues WHERE id = ANY($1) AND status = 'pending_deletion' ORDER BY id", &ids)
        .fetch_all(db)
        .await
}

/// Deletes issues that are pending deletion; rows that refer to them go along.
pub async fn delete(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM issues WHERE id = ANY($1) AND status = 'pending_deletion'", ids).execute(db).await?;
    Ok(())
}

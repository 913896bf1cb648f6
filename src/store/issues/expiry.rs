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

/// Sets issues that were last seen before a time pending deletion; also returns those that were pending already.
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
            WHERE last_seen < $1 AND ($2::bigint IS NULL OR project_id = $2)
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

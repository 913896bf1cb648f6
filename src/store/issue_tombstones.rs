//! What is left of discarded issues, so that later events of their kind are counted and thrown away.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

use crate::types::ids::{JobId, ProjectId, TombstoneId, UserId};
use crate::types::level::Level;

/// A discarded issue.
#[derive(Clone, Debug)]
pub struct Tombstone {
    pub id: TombstoneId,
    pub project_id: ProjectId,
    pub event_type: String,
    pub level: Level,
    pub title: String,
    pub culprit: String,
    pub metadata: Value,
    pub message: String,
    pub user_id: Option<UserId>,
    pub user_name: Option<String>,
    /// Events thrown away since.
    pub hits: i64,
    pub last_hit_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// The projects of issues.
pub async fn list_projects(db: impl PgExecutor<'_>, issue_ids: &[i64]) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!("SELECT DISTINCT project_id FROM issues WHERE id = ANY($1) ORDER BY project_id", issue_ids)
        .fetch_all(db)
        .await
}

/// Makes tombstones of the issues that a job is deleting, and lets their hashes lead to them.
pub async fn insert(db: impl PgExecutor<'_>, job_id: JobId, user_id: UserId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        WITH new AS (
            INSERT INTO issue_tombstones (project_id, previous_issue_id, event_type, level, title, culprit, metadata,
                message, user_id, created_at)
            SELECT issues.project_id, issues.id, issues.event_type, issues.level, issues.title, issues.culprit,
                issues.metadata, issues.message, $2, $3
            FROM job_issues
            JOIN issues ON issues.id = job_issues.issue_id
            WHERE job_issues.job_id = $1 AND job_issues.outcome IS NULL AND issues.status = 'pending_deletion'
            RETURNING id, previous_issue_id
        )
        UPDATE issue_hashes
        SET issue_id = NULL, tombstone_id = new.id
        FROM new
        WHERE issue_hashes.issue_id = new.previous_issue_id"#,
        job_id.0,
        user_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Counts events that were thrown away; pairs as columns.
pub async fn add_hits(db: impl PgExecutor<'_>, ids: &[i64], hits: &[i64], now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issue_tombstones
        SET hits = issue_tombstones.hits + new.hits, last_hit_at = $3
        FROM UNNEST($1::bigint[], $2::bigint[]) AS new (id, hits)
        WHERE issue_tombstones.id = new.id"#,
        ids,
        hits,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The discarded issues of a project, the latest first.
pub async fn list(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<Tombstone>> {
    sqlx::query_as!(
        Tombstone,
        r#"
        SELECT issue_tombstones.id AS "id: TombstoneId", project_id AS "project_id: ProjectId", event_type,
            level AS "level: Level", title, culprit, metadata, message, user_id AS "user_id: UserId",
            COALESCE(NULLIF(users.name, ''), users.email) AS user_name, hits, last_hit_at,
            issue_tombstones.created_at
        FROM issue_tombstones
        LEFT JOIN users ON users.id = issue_tombstones.user_id
        WHERE project_id = $1
        ORDER BY issue_tombstones.id DESC
        OFFSET $2 LIMIT $3"#,
        project_id.0,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Ends discarding: the hashes are free, and the next event makes an issue. `false`: there is no such tombstone.
pub async fn delete(db: impl PgExecutor<'_>, project_id: ProjectId, id: TombstoneId) -> sqlx::Result<bool> {
    let result = sqlx::query!("DELETE FROM issue_tombstones WHERE project_id = $1 AND id = $2", project_id.0, id.0)
        .execute(db)
        .await?;
    Ok(result.rows_affected() > 0)
}

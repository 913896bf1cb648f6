//! What lists show of projects, for many at once.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{IssueId, ProjectId};

/// The issues of a project.
#[derive(Clone, Debug)]
pub struct IssueCounts {
    pub project_id: ProjectId,
    pub unresolved: i64,
    pub new_issues: i64,
    pub last_seen: Option<DateTime<Utc>>,
}

/// The issue an event came to last.
#[derive(Clone, Debug)]
pub struct LatestIssue {
    pub id: IssueId,
    pub title: String,
    pub last_seen: DateTime<Utc>,
}

/// `new_since`: issues first seen after it count as new.
pub async fn list_issue_counts(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    new_since: DateTime<Utc>,
) -> sqlx::Result<Vec<IssueCounts>> {
    sqlx::query_as!(
        IssueCounts,
        r#"
        SELECT project_id AS "project_id: ProjectId",
            count(*) FILTER (WHERE status = 'unresolved') AS "unresolved!",
            count(*) FILTER (WHERE first_seen > $2) AS "new_issues!",
            max(last_seen) AS last_seen
        FROM issues
        WHERE project_id = ANY($1) AND status IN ('unresolved', 'resolved', 'ignored')
        GROUP BY project_id"#,
        project_ids,
        new_since,
    )
    .fetch_all(db)
    .await
}

pub async fn find_latest_issue(db: impl PgExecutor<'_>, project_id: ProjectId) -> sqlx::Result<Option<LatestIssue>> {
    sqlx::query_as!(
        LatestIssue,
        r#"
        SELECT id AS "id: IssueId", title, last_seen
        FROM issues
        WHERE project_id = $1 AND status IN ('unresolved', 'resolved', 'ignored')
        ORDER BY last_seen DESC, id DESC
        LIMIT 1"#,
        project_id.0,
    )
    .fetch_optional(db)
    .await
}

//! Which commits say that they fix an issue.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{CommitId, IssueId, ReleaseId};

/// Notes pairs of issue and commit; returns those that are new.
pub async fn insert_missing(
    db: impl PgExecutor<'_>,
    issue_ids: &[i64],
    commit_ids: &[i64],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<(IssueId, CommitId)>> {
    let rows = sqlx::query!(
        r#"
        INSERT INTO issue_commits (issue_id, commit_id, created_at)
        SELECT link.issue_id, link.commit_id, $3
        FROM UNNEST($1::bigint[], $2::bigint[]) AS link (issue_id, commit_id)
        ON CONFLICT ON CONSTRAINT issue_commits_pkey DO NOTHING
        RETURNING issue_id AS "issue_id: IssueId", commit_id AS "commit_id: CommitId""#,
        issue_ids,
        commit_ids,
        now,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.issue_id, row.commit_id)).collect())
}

/// The issues of some projects that a release fixes: resolved in it, or named by its commits.
pub async fn list_fixed(
    db: impl PgExecutor<'_>,
    release_id: ReleaseId,
    project_ids: &[i64],
    limit: i64,
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"
        SELECT issues.id
        FROM issues
        WHERE issues.project_id = ANY($2) AND issues.id IN (
            SELECT issue_id FROM issue_resolutions WHERE release_id = $1 AND kind = 'in_release'
            UNION
            SELECT issue_commits.issue_id
            FROM release_commits
            JOIN issue_commits ON issue_commits.commit_id = release_commits.commit_id
            WHERE release_commits.release_id = $1
        )
        ORDER BY issues.last_seen DESC, issues.id DESC
        LIMIT $3"#,
        release_id.0,
        project_ids,
        limit,
    )
    .fetch_all(db)
    .await
}

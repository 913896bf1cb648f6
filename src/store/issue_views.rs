//! Who looked at which issue, and when last.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{IssueId, UserId};

/// A person who saw an issue.
#[derive(Clone, Debug)]
pub struct IssueViewer {
    pub user_id: UserId,
    pub seen_at: DateTime<Utc>,
}

/// Notes that a user has seen issues.
pub async fn upsert(
    db: impl PgExecutor<'_>,
    issue_ids: &[i64],
    user_id: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_views (issue_id, user_id, seen_at)
        SELECT issue_id, $2, $3 FROM UNNEST($1::bigint[]) AS new (issue_id)
        ON CONFLICT ON CONSTRAINT issue_views_pkey DO UPDATE SET seen_at = EXCLUDED.seen_at"#,
        issue_ids,
        user_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes issues new to a user again.
pub async fn delete(db: impl PgExecutor<'_>, issue_ids: &[i64], user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM issue_views WHERE issue_id = ANY($1) AND user_id = $2", issue_ids, user_id.0)
        .execute(db)
        .await?;
    Ok(())
}

/// Who saw an issue, the latest first.
pub async fn list(db: impl PgExecutor<'_>, issue_id: IssueId, limit: i64) -> sqlx::Result<Vec<IssueViewer>> {
    sqlx::query_as!(
        IssueViewer,
        r#"
        SELECT user_id AS "user_id: UserId", seen_at
        FROM issue_views
        WHERE issue_id = $1
        ORDER BY seen_at DESC
        LIMIT $2"#,
        issue_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

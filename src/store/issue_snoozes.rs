//! Until when ignored issues stay ignored.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::{
    ids::{IssueId, UserId},
    lifecycle::Snooze,
};

/// The conditions of an ignored issue.
#[derive(Clone, Debug)]
pub struct IssueSnooze {
    pub issue_id: IssueId,
    /// Who ignored it.
    pub user_id: Option<UserId>,
    pub snooze: Snooze,
}

/// The snoozes of issues; none: ignored for good.
pub async fn list(db: impl PgExecutor<'_>, issue_ids: &[i64]) -> sqlx::Result<Vec<IssueSnooze>> {
    let rows = sqlx::query!(
        r#"
        SELECT issue_id AS "issue_id: IssueId", user_id AS "user_id: UserId", until_at, count, window_minutes, user_count, user_window_minutes,
            times_seen, users_seen
        FROM issue_snoozes
        WHERE issue_id = ANY($1)"#,
        issue_ids,
    )
    .fetch_all(db)
    .await?;
    let snoozes = rows.into_iter().map(|row| IssueSnooze {
        issue_id: row.issue_id,
        user_id: row.user_id,
        snooze: Snooze {
            until: row.until_at,
            count: row.count,
            window_minutes: row.window_minutes,
            user_count: row.user_count,
            user_window_minutes: row.user_window_minutes,
            times_seen: row.times_seen,
            users_seen: row.users_seen,
        },
    });
    Ok(snoozes.collect())
}

/// Ignored issues whose time is up.
pub async fn list_expired(db: impl PgExecutor<'_>, now: DateTime<Utc>, limit: i64) -> sqlx::Result<Vec<IssueId>> {
    sqlx::query_scalar!(
        r#"
        SELECT issue_id AS "issue_id: IssueId"
        FROM issue_snoozes
        JOIN issues ON issues.id = issue_snoozes.issue_id
        WHERE until_at <= $1 AND issues.status = 'ignored'
        ORDER BY issue_id
        LIMIT $2"#,
        now,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Forgets until when issues are ignored.
pub async fn delete(db: impl PgExecutor<'_>, issue_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM issue_snoozes WHERE issue_id = ANY($1)", issue_ids).execute(db).await?;
    Ok(())
}

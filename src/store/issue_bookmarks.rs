//! Issues that people keep an eye on.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::UserId;

/// Bookmarks issues for a user; those that are already stay.
pub async fn insert(
    db: impl PgExecutor<'_>,
    issue_ids: &[i64],
    user_id: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_bookmarks (issue_id, user_id, created_at)
        SELECT issue_id, $2, $3 FROM UNNEST($1::bigint[]) AS new (issue_id)
        ON CONFLICT ON CONSTRAINT issue_bookmarks_pkey DO NOTHING"#,
        issue_ids,
        user_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes bookmarks of a user away.
pub async fn delete(db: impl PgExecutor<'_>, issue_ids: &[i64], user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM issue_bookmarks WHERE issue_id = ANY($1) AND user_id = $2", issue_ids, user_id.0)
        .execute(db)
        .await?;
    Ok(())
}

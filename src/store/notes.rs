//! Comments on issues: the activities of kind `note`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::JsonValue;

use crate::types::ids::{ActivityId, IssueId, ProjectId, UserId};

/// A comment as its author may change it.
#[derive(Clone, Debug)]
pub struct Note {
    pub id: ActivityId,
    pub user_id: Option<UserId>,
    pub data: JsonValue,
    pub created_at: DateTime<Utc>,
}

/// Counts a comment, and locks the counter until the transaction ends.
pub async fn count_one_more(db: impl PgExecutor<'_>, issue_id: IssueId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE issues SET comments_count = comments_count + 1 WHERE id = $1", issue_id.0).execute(db).await?;
    Ok(())
}

/// Writes a comment.
pub async fn insert(
    db: impl PgExecutor<'_>,
    (project_id, issue_id): (ProjectId, IssueId),
    user_id: UserId,
    data: &JsonValue,
    now: DateTime<Utc>,
) -> sqlx::Result<ActivityId> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO activities (project_id, issue_id, user_id, kind, data, created_at)
        VALUES ($1, $2, $3, 'note', $4, $5)
        RETURNING id AS "id: ActivityId""#,
        project_id.0,
        issue_id.0,
        user_id.0,
        data,
        now,
    )
    .fetch_one(db)
    .await
}

/// Whether a user wrote this very text since a time.
pub async fn exists(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    user_id: UserId,
    text: &str,
    since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM activities
            WHERE issue_id = $1 AND user_id = $2 AND kind = 'note' AND created_at > $4 AND data ->> 'text' = $3
        ) AS "exists!""#,
        issue_id.0,
        user_id.0,
        text,
        since,
    )
    .fetch_one(db)
    .await
}

/// A comment that a user wrote on an issue.
pub async fn find_own(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    id: ActivityId,
    user_id: UserId,
) -> sqlx::Result<Option<Note>> {
    sqlx::query_as!(
        Note,
        r#"
        SELECT id AS "id: ActivityId", user_id AS "user_id: UserId", data, created_at
        FROM activities
        WHERE id = $2 AND issue_id = $1 AND user_id = $3 AND kind = 'note'"#,
        issue_id.0,
        id.0,
        user_id.0,
    )
    .fetch_optional(db)
    .await
}

/// Replaces what a comment says.
pub async fn update(db: impl PgExecutor<'_>, id: ActivityId, data: &JsonValue) -> sqlx::Result<()> {
    sqlx::query!("UPDATE activities SET data = $2 WHERE id = $1 AND kind = 'note'", id.0, data).execute(db).await?;
    Ok(())
}

/// Deletes a comment; one that was deleted meanwhile is not counted down again.
pub async fn delete(db: impl PgExecutor<'_>, id: ActivityId) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        WITH deleted AS (DELETE FROM activities WHERE id = $1 AND kind = 'note' RETURNING issue_id)
        UPDATE issues SET comments_count = greatest(comments_count - 1, 0)
        FROM deleted
        WHERE issues.id = deleted.issue_id"#,
        id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

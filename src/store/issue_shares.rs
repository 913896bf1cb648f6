//! Public links to issues. While an organization lets none be shared, there are none.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::types::ids::{IssueId, UserId};

/// Makes the link of an issue; one that is there already ends.
pub async fn upsert(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    token: Uuid,
    user_id: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_shares (issue_id, token, user_id, created_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT ON CONSTRAINT issue_shares_pkey DO UPDATE
            SET token = EXCLUDED.token, user_id = EXCLUDED.user_id, created_at = EXCLUDED.created_at"#,
        issue_id.0,
        token,
        user_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends the link of an issue; `false`: it had none.
pub async fn delete(db: impl PgExecutor<'_>, issue_id: IssueId) -> sqlx::Result<bool> {
    let result = sqlx::query!("DELETE FROM issue_shares WHERE issue_id = $1", issue_id.0).execute(db).await?;
    Ok(result.rows_affected() > 0)
}

/// The links of some issues; those without one are absent.
pub async fn list(db: impl PgExecutor<'_>, issue_ids: &[i64]) -> sqlx::Result<Vec<(IssueId, Uuid)>> {
    let rows = sqlx::query!(
        r#"
        SELECT s.issue_id AS "issue_id: IssueId", s.token
        FROM issue_shares s
        JOIN issues i ON i.id = s.issue_id
        JOIN projects p ON p.id = i.project_id
        JOIN organizations o ON o.id = p.organization_id
        WHERE s.issue_id = ANY($1) AND COALESCE((o.settings->>'allow_shared_issues')::boolean, TRUE)"#,
        issue_ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.issue_id, row.token)).collect())
}

/// The issue behind a link.
pub async fn find(db: impl PgExecutor<'_>, token: Uuid) -> sqlx::Result<Option<IssueId>> {
    sqlx::query_scalar!(
        r#"
        SELECT s.issue_id AS "issue_id: IssueId"
        FROM issue_shares s
        JOIN issues i ON i.id = s.issue_id
        JOIN projects p ON p.id = i.project_id
        JOIN organizations o ON o.id = p.organization_id
        WHERE s.token = $1 AND o.status = 'active' AND COALESCE((o.settings->>'allow_shared_issues')::boolean, TRUE)"#,
        token,
    )
    .fetch_optional(db)
    .await
}

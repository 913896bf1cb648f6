//! Projects that are offered to an owner of another organization.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{OrganizationId, ProjectId, UserId};

/// An offer; a project has one at most.
#[derive(Clone, Debug)]
pub struct Transfer<'a> {
    pub project_id: ProjectId,
    /// Where the project is: one that has moved meanwhile is not moved again.
    pub organization_id: OrganizationId,
    /// To whom.
    pub user_id: UserId,
    /// SHA-256 of the link's token.
    pub token_hash: &'a [u8],
    pub expires_at: DateTime<Utc>,
}

/// Makes an offer; the one before is void.
pub async fn upsert(db: impl PgExecutor<'_>, transfer: &Transfer<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO project_transfers (project_id, organization_id, user_id, token_hash, expires_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT ON CONSTRAINT project_transfers_pkey DO UPDATE SET organization_id = EXCLUDED.organization_id,
            user_id = EXCLUDED.user_id, token_hash = EXCLUDED.token_hash, expires_at = EXCLUDED.expires_at",
        transfer.project_id.0,
        transfer.organization_id.0,
        transfer.user_id.0,
        transfer.token_hash,
        transfer.expires_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The project that a link offers to this person, and the organization that offers it.
pub async fn find(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
    user_id: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(ProjectId, OrganizationId)>> {
    let row = sqlx::query!(
        r#"
        SELECT project_id AS "project_id: ProjectId", organization_id AS "organization_id: OrganizationId"
        FROM project_transfers
        WHERE token_hash = $1 AND user_id = $2 AND expires_at > $3"#,
        token_hash,
        user_id.0,
        now,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.project_id, row.organization_id)))
}

/// Takes an offer back; `false`: it is accepted or taken back already.
pub async fn delete(db: impl PgExecutor<'_>, token_hash: &[u8]) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM project_transfers WHERE token_hash = $1", token_hash).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

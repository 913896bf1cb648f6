//! Pieces of uploads that wait to be assembled.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::artifact::Checksum;
use crate::types::ids::OrganizationId;

/// A piece that is here.
#[derive(Clone, Debug)]
pub struct Chunk {
    pub sha1: Checksum,
    pub size: i64,
    pub blob: String,
}

/// Stores pieces, as columns; those that were here already live on.
pub async fn insert(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    chunk: &Chunk,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO chunks (organization_id, sha1, size, blob, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT ON CONSTRAINT chunks_pkey DO UPDATE SET created_at = EXCLUDED.created_at"#,
        organization_id.0,
        chunk.sha1 as Checksum,
        chunk.size,
        chunk.blob,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Those pieces of an organization that are here, in no order.
pub async fn list_known(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    sha1s: &[Vec<u8>],
) -> sqlx::Result<Vec<Chunk>> {
    sqlx::query_as!(
        Chunk,
        r#"
        SELECT sha1 AS "sha1: Checksum", size, blob
        FROM chunks
        WHERE organization_id = $1 AND sha1 = ANY($2)"#,
        organization_id.0,
        sha1s,
    )
    .fetch_all(db)
    .await
}

/// Forgets up to `limit` pieces that came before a time; returns how many.
pub async fn delete_old(db: impl PgExecutor<'_>, before: DateTime<Utc>, limit: i64) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        r#"
        DELETE FROM chunks
        WHERE (organization_id, sha1) IN (
            SELECT organization_id, sha1 FROM chunks WHERE created_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
        )"#,
        before,
        limit,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

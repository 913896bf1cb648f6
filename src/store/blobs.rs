//! What lies in the blob store, and what no longer needs to.

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

/// Notes that content is about to be stored and referred to. Waits for a cleanup that has the row in hand: when this
/// returns, the content is either there to stay or gone and to be written again.
///
/// To be called outside of transactions: the commit does not wait for the disk, since the row is of use only together
/// with what refers to it.
pub async fn touch(db: &PgPool, key: &str, size: i64, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO blobs (key, size, touched_at)
        SELECT $1, $2, $3
        FROM (SELECT set_config('synchronous_commit', 'off', TRUE)) AS settings
        ON CONFLICT ON CONSTRAINT blobs_pkey DO UPDATE SET touched_at = EXCLUDED.touched_at"#,
        key,
        size,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets up to `limit` contents that nothing refers to and nobody brought since `before`. Inside a transaction the
/// caller deletes the contents before it commits; until then whoever brings the same content waits.
pub async fn delete_unused(db: impl PgExecutor<'_>, before: DateTime<Utc>, limit: i64) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"
        DELETE FROM blobs
        WHERE key IN (
            SELECT unused.key
            FROM blobs AS unused
            WHERE unused.touched_at < $1
                AND NOT EXISTS (SELECT FROM attachments WHERE attachments.blob = unused.key)
                AND NOT EXISTS (SELECT FROM release_files WHERE release_files.blob = unused.key)
                AND NOT EXISTS (SELECT FROM chunks WHERE chunks.blob = unused.key)
                AND NOT EXISTS (SELECT FROM artifact_bundles WHERE artifact_bundles.blob = unused.key)
                AND NOT EXISTS (SELECT FROM debug_files WHERE debug_files.blob = unused.key)
            LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        RETURNING key"#,
        before,
        limit,
    )
    .fetch_all(db)
    .await
}

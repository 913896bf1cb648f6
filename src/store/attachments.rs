//! Files that came with events; the content lies in the blob store.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::types::ids::{AttachmentId, ProjectId};

/// A file of an event.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: AttachmentId,
    pub name: String,
    pub content_type: String,
    /// `event.attachment`, `event.minidump`, …
    pub kind: String,
    pub size: i64,
    /// Key in the blob store.
    pub blob: String,
    pub created_at: DateTime<Utc>,
}

/// Files to insert, as columns.
#[derive(Clone, Debug, Default)]
pub struct NewAttachments {
    pub project_ids: Vec<i64>,
    pub event_ids: Vec<Uuid>,
    pub names: Vec<String>,
    pub content_types: Vec<String>,
    pub kinds: Vec<String>,
    pub sizes: Vec<i64>,
    pub blobs: Vec<String>,
    pub created_at: Vec<DateTime<Utc>>,
}

/// Inserts files, leaving out those that an event has already (same name and content): a redelivered entry brings them
/// again.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewAttachments) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO attachments (project_id, event_id, name, content_type, kind, size, blob, created_at)
        SELECT new.*
        FROM UNNEST($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
            $8::timestamptz[]) AS new (project_id, event_id, name, content_type, kind, size, blob, created_at)
        -- An event that waited for days may come after its file was cleaned up.
        WHERE EXISTS (SELECT FROM blobs WHERE blobs.key = new.blob) AND NOT EXISTS (
            SELECT FROM attachments AS known
            WHERE known.project_id = new.project_id AND known.event_id = new.event_id AND known.name = new.name
                AND known.blob = new.blob
        )"#,
        &new.project_ids,
        &new.event_ids,
        &new.names,
        &new.content_types,
        &new.kinds,
        &new.sizes,
        &new.blobs,
        &new.created_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The files of an event.
pub async fn list(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    event_id: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<Attachment>> {
    sqlx::query_as!(
        Attachment,
        r#"
        SELECT id AS "id: AttachmentId", name, content_type, kind, size, blob, created_at
        FROM attachments
        WHERE project_id = $1 AND event_id = $2
        ORDER BY id
        LIMIT $3"#,
        project_id.0,
        event_id,
        limit,
    )
    .fetch_all(db)
    .await
}

/// A file of a project.
pub async fn find(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    id: AttachmentId,
) -> sqlx::Result<Option<Attachment>> {
    sqlx::query_as!(
        Attachment,
        r#"
        SELECT id AS "id: AttachmentId", name, content_type, kind, size, blob, created_at
        FROM attachments
        WHERE project_id = $1 AND id = $2"#,
        project_id.0,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Deletes up to `limit` files older than `before` whose event isn't stored; returns how many.
pub async fn delete_orphans(db: impl PgExecutor<'_>, before: DateTime<Utc>, limit: i64) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        r#"
        DELETE FROM attachments
        WHERE id IN (
            SELECT orphan.id
            FROM attachments AS orphan
            WHERE orphan.created_at < $1
                AND NOT EXISTS (
                    SELECT FROM events
                    WHERE events.project_id = orphan.project_id AND events.event_id = orphan.event_id
                )
            LIMIT $2
        )"#,
        before,
        limit,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

/// Deletes up to `limit` files of a project; returns how many.
pub async fn delete_of_project(db: impl PgExecutor<'_>, project_id: ProjectId, limit: i64) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        "DELETE FROM attachments WHERE id IN (SELECT id FROM attachments WHERE project_id = $1 LIMIT $2)",
        project_id.0,
        limit,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

//! Symbols of native code and mappings of `ProGuard`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::artifact::Checksum;
use crate::types::ids::{DebugFileId, ProjectId};

/// A debug file.
#[derive(Clone, Debug)]
pub struct DebugFile {
    pub id: DebugFileId,
    pub project_id: ProjectId,
    pub checksum: Checksum,
    pub debug_id: Option<String>,
    pub code_id: Option<String>,
    pub kind: String,
    pub name: String,
    pub cpu: String,
    pub size: i64,
    pub blob: String,
    pub created_at: DateTime<Utc>,
}

/// A debug file to insert.
#[derive(Clone, Debug)]
pub struct NewDebugFile {
    pub project_id: ProjectId,
    pub checksum: Checksum,
    pub debug_id: Option<String>,
    pub kind: &'static str,
    pub name: String,
    pub size: i64,
    pub blob: String,
}

/// Inserts a debug file; the same content again only takes its new name.
pub async fn insert(db: impl PgExecutor<'_>, file: &NewDebugFile, now: DateTime<Utc>) -> sqlx::Result<DebugFile> {
    sqlx::query_as!(
        DebugFile,
        r#"
        INSERT INTO debug_files (project_id, checksum, debug_id, kind, name, size, blob, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT ON CONSTRAINT debug_files_project_id_checksum_key DO UPDATE SET
            name = EXCLUDED.name, debug_id = COALESCE(EXCLUDED.debug_id, debug_files.debug_id)
        RETURNING id AS "id: DebugFileId", project_id AS "project_id: ProjectId", checksum AS "checksum: Checksum",
            debug_id, code_id, kind, name, cpu, size, blob, created_at"#,
        file.project_id.0,
        file.checksum as Checksum,
        file.debug_id,
        file.kind,
        file.name,
        file.size,
        file.blob,
        now,
    )
    .fetch_one(db)
    .await
}

/// Those of these contents that a project has.
pub async fn list_by_checksum(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    checksums: &[Vec<u8>],
) -> sqlx::Result<Vec<DebugFile>> {
    sqlx::query_as!(
        DebugFile,
        r#"
        SELECT id AS "id: DebugFileId", project_id AS "project_id: ProjectId", checksum AS "checksum: Checksum",
            debug_id, code_id, kind, name, cpu, size, blob, created_at
        FROM debug_files
        WHERE project_id = $1 AND checksum = ANY($2)"#,
        project_id.0,
        checksums,
    )
    .fetch_all(db)
    .await
}

/// Which debug files are wanted; empty texts mean all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name, or the beginning of the debug id.
    pub query: String,
    pub debug_id: String,
    pub code_id: String,
}

/// The debug files of a project, newest first.
pub async fn list(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<DebugFile>> {
    sqlx::query_as!(
        DebugFile,
        r#"
        SELECT id AS "id: DebugFileId", project_id AS "project_id: ProjectId", checksum AS "checksum: Checksum",
            debug_id, code_id, kind, name, cpu, size, blob, created_at
        FROM debug_files
        WHERE project_id = $1
            AND ($2 = '' OR strpos(lower(name), lower($2)) > 0 OR starts_with(debug_id, lower($2)))
            AND ($3 = '' OR debug_id = lower($3))
            AND ($4 = '' OR code_id = lower($4))
        ORDER BY id DESC
        OFFSET $5
        LIMIT $6"#,
        project_id.0,
        filter.query,
        filter.debug_id,
        filter.code_id,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

pub async fn find(db: impl PgExecutor<'_>, project_id: ProjectId, id: DebugFileId) -> sqlx::Result<Option<DebugFile>> {
    sqlx::query_as!(
        DebugFile,
        r#"
        SELECT id AS "id: DebugFileId", project_id AS "project_id: ProjectId", checksum AS "checksum: Checksum",
            debug_id, code_id, kind, name, cpu, size, blob, created_at
        FROM debug_files
        WHERE project_id = $1 AND id = $2"#,
        project_id.0,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Deletes a debug file; returns whether it was there.
pub async fn delete(db: impl PgExecutor<'_>, project_id: ProjectId, id: DebugFileId) -> sqlx::Result<bool> {
    let result = sqlx::query!("DELETE FROM debug_files WHERE project_id = $1 AND id = $2", project_id.0, id.0)
        .execute(db)
        .await?;
    Ok(result.rows_affected() > 0)
}

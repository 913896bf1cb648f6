//! Files of a release, uploaded one by one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::protocol::artifact::Traits;
use crate::types::artifact::{ArtifactKind, Checksum, base_name, ident};
use crate::types::ids::{ApiTokenId, ReleaseFileId, ReleaseId, UserId};

/// The constraint that a second file of the same name and distribution violates.
pub const IDENT_KEY: &str = "release_files_release_id_ident_key";

/// The constraint that a file of a release that is gone violates.
pub const RELEASE_KEY: &str = "release_files_release_id_fkey";

/// Names and values as they were given.
pub type Headers = BTreeMap<String, String>;

/// A file of a release.
#[derive(Clone, Debug)]
pub struct ReleaseFile {
    pub id: ReleaseFileId,
    pub release_id: ReleaseId,
    pub name: String,
    pub dist: String,
    pub kind: ArtifactKind,
    pub headers: Json<Headers>,
    pub size: i64,
    pub sha1: Checksum,
    pub blob: String,
    pub sourcemap_ref: Option<String>,
    pub debug_id: Option<Uuid>,
    pub has_sources: Option<bool>,
    pub created_at: DateTime<Utc>,
}

/// Who uploaded something.
#[derive(Clone, Copy, Debug, Default)]
pub struct Uploader {
    pub user_id: Option<UserId>,
    pub api_token_id: Option<ApiTokenId>,
}

/// A file to insert.
#[derive(Clone, Debug)]
pub struct NewReleaseFile {
    pub name: String,
    pub dist: String,
    pub kind: ArtifactKind,
    pub headers: Headers,
    pub size: i64,
    pub sha1: Checksum,
    pub blob: String,
    pub traits: Traits,
}

/// Inserts a file, in place of one of the same name and distribution.
pub async fn replace(
    db: &mut PgConnection,
    release_id: ReleaseId,
    file: &NewReleaseFile,
    uploader: Uploader,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM release_files WHERE release_id = $1 AND ident = $2",
        release_id.0,
        ident(&file.name, &file.dist) as Checksum,
    )
    .execute(&mut *db)
    .await?;
    insert(db, release_id, file, uploader, now).await?;
    Ok(())
}

/// Inserts a file; a file of the same name and distribution violates [`IDENT_KEY`].
pub async fn insert(
    db: impl PgExecutor<'_>,
    release_id: ReleaseId,
    file: &NewReleaseFile,
    uploader: Uploader,
    now: DateTime<Utc>,
) -> sqlx::Result<ReleaseFile> {
    sqlx::query_as!(
        ReleaseFile,
        r#"
        INSERT INTO release_files (
            release_id, name, dist, ident, base_name, kind, headers, size, sha1, blob, sourcemap_ref, debug_id,
            has_sources, user_id, api_token_id, created_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        RETURNING id AS "id: ReleaseFileId", release_id AS "release_id: ReleaseId", name, dist,
            kind AS "kind: ArtifactKind", headers AS "headers: Json<Headers>", size, sha1 AS "sha1: Checksum", blob,
            sourcemap_ref, debug_id, has_sources, created_at"#,
        release_id.0,
        file.name,
        file.dist,
        ident(&file.name, &file.dist) as Checksum,
        base_name(&file.name),
        file.kind as ArtifactKind,
        Json(&file.headers) as _,
        file.size,
        file.sha1 as Checksum,
        file.blob,
        file.traits.sourcemap_ref,
        file.traits.debug_id,
        file.traits.has_sources,
        uploader.user_id.map(|id| id.0),
        uploader.api_token_id.map(|id| id.0),
        now,
    )
    .fetch_one(db)
    .await
}

/// A file of a release.
pub async fn find(
    db: impl PgExecutor<'_>,
    release_id: ReleaseId,
    id: ReleaseFileId,
) -> sqlx::Result<Option<ReleaseFile>> {
    sqlx::query_as!(
        ReleaseFile,
        r#"
        SELECT id AS "id: ReleaseFileId", release_id AS "release_id: ReleaseId", name, dist,
            kind AS "kind: ArtifactKind", headers AS "headers: Json<Headers>", size, sha1 AS "sha1: Checksum", blob,
            sourcemap_ref, debug_id, has_sources, created_at
        FROM release_files
        WHERE release_id = $1 AND id = $2"#,
        release_id.0,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Whether a release has a file of this name and distribution.
pub async fn exists(db: impl PgExecutor<'_>, release_id: ReleaseId, name: &str, dist: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM release_files WHERE release_id = $1 AND ident = $2) AS "exists!""#,
        release_id.0,
        ident(name, dist) as Checksum,
    )
    .fetch_one(db)
    .await
}

/// Which files of a release are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name; empty: all.
    pub query: String,
    /// Any of these contents; empty: all.
    pub checksums: Vec<Checksum>,
}

/// The files of a release by name.
pub async fn list(
    db: impl PgExecutor<'_>,
    release_id: ReleaseId,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<ReleaseFile>> {
    let checksums: Vec<Vec<u8>> = filter.checksums.iter().map(|checksum| checksum.0.to_vec()).collect();
    sqlx::query_as!(
        ReleaseFile,
        r#"
        SELECT id AS "id: ReleaseFileId", release_id AS "release_id: ReleaseId", name, dist,
            kind AS "kind: ArtifactKind", headers AS "headers: Json<Headers>", size, sha1 AS "sha1: Checksum", blob,
            sourcemap_ref, debug_id, has_sources, created_at
        FROM release_files
        WHERE release_id = $1
            AND ($2 = '' OR strpos(lower(name), lower($2)) > 0)
            AND (cardinality($3::bytea[]) = 0 OR sha1 = ANY($3))
        ORDER BY left(name, 200), id
        OFFSET $4
        LIMIT $5"#,
        release_id.0,
        filter.query,
        &checksums,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Renames a file; a taken name violates [`IDENT_KEY`].
pub async fn rename(db: impl PgExecutor<'_>, id: ReleaseFileId, name: &str, dist: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE release_files SET name = $2, ident = $3, base_name = $4 WHERE id = $1",
        id.0,
        name,
        ident(name, dist) as Checksum,
        base_name(name),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes files of a release by their ids; returns how many there were.
pub async fn delete(db: impl PgExecutor<'_>, release_id: ReleaseId, ids: &[i64]) -> sqlx::Result<u64> {
    let result = sqlx::query!("DELETE FROM release_files WHERE release_id = $1 AND id = ANY($2)", release_id.0, ids)
        .execute(db)
        .await?;
    Ok(result.rows_affected())
}

/// Deletes all files of a release.
pub async fn delete_all(db: impl PgExecutor<'_>, release_id: ReleaseId) -> sqlx::Result<u64> {
    let result = sqlx::query!("DELETE FROM release_files WHERE release_id = $1", release_id.0).execute(db).await?;
    Ok(result.rows_affected())
}

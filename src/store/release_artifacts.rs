//! Everything that was uploaded for a release, one by one or in bundles, as its page lists it.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::types::artifact::{ArtifactKind, Checksum, ident};
use crate::types::ids::{ArtifactBundleId, ReleaseFileId, ReleaseId};

/// An artifact of a release.
#[derive(Clone, Debug)]
pub struct ReleaseArtifact {
    /// Deletable and downloadable one by one; files of bundles are not.
    pub file_id: Option<ReleaseFileId>,
    pub bundle_id: Option<ArtifactBundleId>,
    /// `None`: only its debug id names it.
    pub name: Option<String>,
    pub dist: String,
    pub kind: ArtifactKind,
    pub sourcemap_ref: Option<String>,
    pub debug_id: Option<Uuid>,
    /// Whether a map brings the text of its sources.
    pub has_sources: Option<bool>,
    pub size: i64,
    pub uploaded_at: DateTime<Utc>,
    /// Name of the token that uploaded it.
    pub token: Option<String>,
}

/// The artifacts of a release by name, with this text in their names; `skip` and `limit` cut a page.
pub async fn list(
    db: impl PgExecutor<'_>,
    release_id: ReleaseId,
    query: &str,
    (skip, limit): (i64, i64),
) -> sqlx::Result<Vec<ReleaseArtifact>> {
    sqlx::query_as!(
        ReleaseArtifact,
        r#"
        SELECT file_id AS "file_id: ReleaseFileId", bundle_id AS "bundle_id: ArtifactBundleId", artifact.name,
            dist AS "dist!",
            kind AS "kind!: ArtifactKind", sourcemap_ref, debug_id, has_sources, size AS "size!",
            uploaded_at AS "uploaded_at!", api_tokens.name AS "token?"
        FROM (
            SELECT id AS file_id, NULL::bigint AS bundle_id, name, dist, kind, sourcemap_ref, debug_id, has_sources, size,
                created_at AS uploaded_at, api_token_id
            FROM release_files
            WHERE release_id = $1 AND ($2 = '' OR strpos(lower(name), lower($2)) > 0)
            UNION ALL
            SELECT NULL, bundle.id, file.url, version.dist, file.kind, file.sourcemap_ref, file.debug_id, file.has_sources,
                file.size, bundle.uploaded_at, bundle.api_token_id
            FROM artifact_bundle_releases AS version
            JOIN artifact_bundles AS bundle ON bundle.id = version.bundle_id
            JOIN artifact_bundle_files AS file ON file.bundle_id = version.bundle_id
            WHERE version.release_id = $1 AND ($2 = '' OR strpos(lower(file.url), lower($2)) > 0)
        ) AS artifact
        LEFT JOIN api_tokens ON api_tokens.id = artifact.api_token_id
        ORDER BY left(artifact.name, 200), dist, uploaded_at DESC, file_id, bundle_id
        OFFSET $3
        LIMIT $4"#,
        release_id.0,
        query,
        skip,
        limit,
    )
    .fetch_all(db)
    .await
}

/// How many artifacts of each kind a release has.
pub async fn count_by_kind(db: impl PgExecutor<'_>, release_id: ReleaseId) -> sqlx::Result<Vec<(ArtifactKind, i64)>> {
    let rows = sqlx::query!(
        r#"
        SELECT kind AS "kind!: ArtifactKind", count(*) AS "count!"
        FROM (
            SELECT kind FROM release_files WHERE release_id = $1
            UNION ALL
            SELECT file.kind
            FROM artifact_bundle_releases AS version
            JOIN artifact_bundle_files AS file ON file.bundle_id = version.bundle_id
            WHERE version.release_id = $1
        ) AS artifact
        GROUP BY kind
        ORDER BY kind"#,
        release_id.0,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.kind, row.count)).collect())
}

/// Which of these names a release has, under this distribution or none; in no order.
pub async fn list_existing(
    db: impl PgExecutor<'_>,
    release_id: ReleaseId,
    names: &[String],
    dist: &str,
) -> sqlx::Result<Vec<Checksum>> {
    let idents = |dist: &str| names.iter().map(|name| ident(name, dist).0.to_vec()).collect::<Vec<_>>();
    let (plain, with_dist) = (idents(""), idents(dist));
    // The answer names each by its plain ident, whatever distribution it was found under.
    sqlx::query_scalar!(
        r#"
        SELECT wanted.plain AS "ident!: Checksum"
        FROM UNNEST($2::bytea[], $3::bytea[]) AS wanted (plain, with_dist)
        WHERE EXISTS (
                SELECT FROM release_files AS file
                WHERE file.release_id = $1 AND file.ident IN (wanted.plain, wanted.with_dist)
            )
            OR EXISTS (
                SELECT FROM artifact_bundle_releases AS version
                JOIN artifact_bundle_files AS file
                    ON file.bundle_id = version.bundle_id AND file.ident = wanted.plain
                WHERE version.release_id = $1 AND version.dist = $4
            )"#,
        release_id.0,
        &plain,
        &with_dist,
        dist,
    )
    .fetch_all(db)
    .await
}

/// Which of these debug ids have a map in the bundles of an organization's release, or among its files.
pub async fn list_ids_with_map(
    db: impl PgExecutor<'_>,
    release_id: ReleaseId,
    ids: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"
        SELECT wanted.id AS "id!"
        FROM UNNEST($2::uuid[]) AS wanted (id)
        WHERE EXISTS (
                SELECT FROM release_files AS file
                WHERE file.release_id = $1 AND file.debug_id = wanted.id AND file.kind = 'source_map'
            )
            OR EXISTS (
                SELECT FROM artifact_bundle_files AS file
                JOIN artifact_bundles AS bundle ON bundle.id = file.bundle_id
                JOIN releases ON releases.organization_id = bundle.organization_id AND releases.id = $1
                WHERE file.debug_id = wanted.id AND file.kind = 'source_map'
            )"#,
        release_id.0,
        ids,
    )
    .fetch_all(db)
    .await
}

//! Finding the artifact for a frame, in bundles and among the files of releases (sourcemaps.md 3.3).

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::Json;
use uuid::Uuid;

use super::release_files::Headers;
use crate::types::artifact::{ArtifactKind, ident};
use crate::types::ids::{ArtifactBundleId, ProjectId, ReleaseFileId, ReleaseId};

/// An artifact and where its content lies: a whole blob, or a place in a bundle's.
#[derive(Clone, Debug)]
pub struct FoundArtifact {
    /// URL or `~/path`; `None`: the file of a bundle that only its debug id names.
    pub name: Option<String>,
    pub kind: ArtifactKind,
    /// Names are not in lower case.
    pub headers: Json<Headers>,
    /// Reference to the source map, from headers or content.
    pub sourcemap_ref: Option<String>,
    pub debug_id: Option<Uuid>,
    /// Bytes of the file.
    pub size: i64,
    /// Key in the blob store: of the file, or of the bundle it is in.
    pub blob: String,
    /// Where in the bundle it begins; `None`: the blob is the file.
    pub data_offset: Option<i64>,
    /// Its bytes there.
    pub data_size: Option<i64>,
    pub is_deflated: bool,
    pub bundle_id: Option<ArtifactBundleId>,
    pub release_file_id: Option<ReleaseFileId>,
}

/// Whether a project has any artifacts that frames could be resolved with.
pub async fn has_any(db: impl PgExecutor<'_>, project_id: ProjectId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (SELECT FROM artifact_bundle_projects WHERE project_id = $1) OR (
            EXISTS (SELECT FROM release_files) AND EXISTS (
                SELECT FROM release_files AS file
                JOIN release_projects AS link ON link.release_id = file.release_id
                WHERE link.project_id = $1
            )
        ) AS "has_any!""#,
        project_id.0,
    )
    .fetch_one(db)
    .await
}

/// The newest artifact of a project with this debug id: bundles first, then files of its releases.
pub async fn find_by_debug_id(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    debug_id: Uuid,
    kind: ArtifactKind,
) -> sqlx::Result<Option<FoundArtifact>> {
    sqlx::query_as!(
        FoundArtifact,
        r#"
        SELECT name, kind AS "kind!: ArtifactKind", headers AS "headers!: Json<Headers>", sourcemap_ref, debug_id,
            size AS "size!", blob AS "blob!", data_offset, data_size, is_deflated AS "is_deflated!",
            bundle_id AS "bundle_id: ArtifactBundleId", release_file_id AS "release_file_id: ReleaseFileId"
        FROM (
            SELECT file.url AS name, file.kind, file.headers, file.sourcemap_ref, file.debug_id, file.size, bundle.blob,
                file.data_offset, file.data_size, file.is_deflated, bundle.id AS bundle_id,
                NULL::bigint AS release_file_id, bundle.uploaded_at
            FROM artifact_bundle_files AS file
            JOIN artifact_bundles AS bundle ON bundle.id = file.bundle_id
            JOIN artifact_bundle_projects AS link ON link.bundle_id = bundle.id AND link.project_id = $1
            WHERE file.debug_id = $2 AND file.kind = $3
            UNION ALL
            SELECT file.name, file.kind, file.headers, file.sourcemap_ref, file.debug_id, file.size, file.blob,
                NULL, NULL, FALSE, NULL, file.id, file.created_at
            FROM release_files AS file
            JOIN release_projects AS link ON link.release_id = file.release_id AND link.project_id = $1
            WHERE file.debug_id = $2 AND file.kind = $3
        ) AS found
        ORDER BY bundle_id IS NULL, uploaded_at DESC, bundle_id DESC, release_file_id DESC
        LIMIT 1"#,
        project_id.0,
        debug_id,
        kind as ArtifactKind,
    )
    .fetch_optional(db)
    .await
}

/// The artifact of a release under the first of these names that has one: the newest bundle, else the release's file.
///
/// Distributions must agree; files of the release that have none are the last resort (legacy uploads often leave it out).
pub async fn find_by_names(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    release_id: ReleaseId,
    dist: &str,
    names: &[String],
) -> sqlx::Result<Option<FoundArtifact>> {
    let idents = |dist: &str| names.iter().map(|name| ident(name, dist).0.to_vec()).collect::<Vec<_>>();
    let (without_dist, with_dist) = (idents(""), idents(dist));
    sqlx::query_as!(
        FoundArtifact,
        r#"
        SELECT name, kind AS "kind!: ArtifactKind", headers AS "headers!: Json<Headers>", sourcemap_ref, debug_id,
            size AS "size!", blob AS "blob!", data_offset, data_size, is_deflated AS "is_deflated!",
            bundle_id AS "bundle_id: ArtifactBundleId", release_file_id AS "release_file_id: ReleaseFileId"
        FROM (
            SELECT 0 AS resort, wanted.place, file.url AS name, file.kind, file.headers, file.sourcemap_ref,
                file.debug_id, file.size, bundle.blob, file.data_offset, file.data_size, file.is_deflated,
                bundle.id AS bundle_id, NULL::bigint AS release_file_id, bundle.uploaded_at
            FROM UNNEST($4::bytea[]) WITH ORDINALITY AS wanted (ident, place)
            JOIN artifact_bundle_releases AS version ON version.release_id = $2 AND version.dist = $3
            JOIN artifact_bundle_projects AS link ON link.bundle_id = version.bundle_id AND link.project_id = $1
            JOIN artifact_bundle_files AS file ON file.bundle_id = version.bundle_id AND file.ident = wanted.ident
            JOIN artifact_bundles AS bundle ON bundle.id = version.bundle_id
            UNION ALL
            SELECT 0, wanted.place, file.name, file.kind, file.headers, file.sourcemap_ref, file.debug_id, file.size,
                file.blob, NULL, NULL, FALSE, NULL, file.id, file.created_at
            FROM UNNEST($5::bytea[]) WITH ORDINALITY AS wanted (ident, place)
            JOIN release_files AS file ON file.release_id = $2 AND file.ident = wanted.ident
            UNION ALL
            SELECT 1, wanted.place, file.name, file.kind, file.headers, file.sourcemap_ref, file.debug_id, file.size,
                file.blob, NULL, NULL, FALSE, NULL, file.id, file.created_at
            FROM UNNEST($4::bytea[]) WITH ORDINALITY AS wanted (ident, place)
            JOIN release_files AS file ON file.release_id = $2 AND file.ident = wanted.ident
            WHERE $3 <> ''
        ) AS found
        ORDER BY resort, place, bundle_id IS NULL, uploaded_at DESC, bundle_id DESC
        LIMIT 1"#,
        project_id.0,
        release_id.0,
        dist,
        &without_dist,
        &with_dist,
    )
    .fetch_optional(db)
    .await
}

/// An artifact that was not the one looked for, but may have been meant.
#[derive(Clone, Debug)]
pub struct SimilarArtifact {
    pub name: String,
    pub dist: String,
    /// The release it belongs to; `None`: a bundle that only debug ids name.
    pub version: Option<String>,
    pub kind: ArtifactKind,
    pub debug_id: Option<Uuid>,
    pub uploaded_at: DateTime<Utc>,
}

/// Artifacts whose last segment is this name, in any release of a project: those of the wanted release first, then the
/// newest.
pub async fn list_similar(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    wanted_version: &str,
    base_name: &str,
    limit: i64,
) -> sqlx::Result<Vec<SimilarArtifact>> {
    sqlx::query_as!(
        SimilarArtifact,
        r#"
        SELECT name AS "name!", dist AS "dist!", version AS "version?", kind AS "kind!: ArtifactKind",
            debug_id AS "debug_id?", uploaded_at AS "uploaded_at!"
        FROM (
            (
                SELECT file.name, file.dist, releases.version, file.kind, file.debug_id, file.created_at AS uploaded_at
                FROM release_files AS file
                JOIN release_projects AS link ON link.release_id = file.release_id AND link.project_id = $1
                JOIN releases ON releases.id = file.release_id
                WHERE file.base_name = $3
                ORDER BY releases.version = $2 DESC, file.id DESC
                LIMIT $4
            )
            UNION ALL
            (
                SELECT file.url, COALESCE(version.dist, ''), releases.version, file.kind, file.debug_id,
                    bundle.uploaded_at
                FROM artifact_bundle_files AS file
                JOIN artifact_bundle_projects AS link ON link.bundle_id = file.bundle_id AND link.project_id = $1
                JOIN artifact_bundles AS bundle ON bundle.id = file.bundle_id
                LEFT JOIN artifact_bundle_releases AS version ON version.bundle_id = file.bundle_id
                LEFT JOIN releases ON releases.id = version.release_id
                WHERE file.base_name = $3 AND file.url IS NOT NULL
                ORDER BY COALESCE(releases.version = $2, FALSE) DESC, bundle.uploaded_at DESC
                LIMIT $4
            )
        ) AS similar_file
        ORDER BY COALESCE(version = $2, FALSE) DESC, uploaded_at DESC
        LIMIT $4"#,
        project_id.0,
        wanted_version,
        base_name,
        limit,
    )
    .fetch_all(db)
    .await
}

//! Archives of artifacts, and what they are linked to.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use super::release_files::Uploader;
use crate::types::artifact::Checksum;
use crate::types::ids::{ArtifactBundleId, OrganizationId, ProjectId, ReleaseId};

/// An archive to insert.
#[derive(Clone, Debug)]
pub struct NewBundle {
    pub organization_id: OrganizationId,
    pub checksum: Checksum,
    pub debug_id: Option<Uuid>,
    pub size: i64,
    pub file_count: i32,
    pub blob: String,
}

/// Inserts an archive; `None`: somebody else has inserted the same one.
pub async fn insert(
    db: impl PgExecutor<'_>,
    bundle: &NewBundle,
    uploader: Uploader,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<ArtifactBundleId>> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO artifact_bundles (
            organization_id, checksum, debug_id, size, file_count, blob, user_id, api_token_id, uploaded_at, last_used_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
        ON CONFLICT ON CONSTRAINT artifact_bundles_organization_id_checksum_key DO NOTHING
        RETURNING id AS "id: ArtifactBundleId""#,
        bundle.organization_id.0,
        bundle.checksum as Checksum,
        bundle.debug_id,
        bundle.size,
        bundle.file_count,
        bundle.blob,
        uploader.user_id.map(|id| id.0),
        uploader.api_token_id.map(|id| id.0),
        now,
    )
    .fetch_optional(db)
    .await
}

/// The archive of an organization with this checksum.
pub async fn find_by_checksum(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    checksum: Checksum,
) -> sqlx::Result<Option<ArtifactBundleId>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: ArtifactBundleId" FROM artifact_bundles WHERE organization_id = $1 AND checksum = $2"#,
        organization_id.0,
        checksum as Checksum,
    )
    .fetch_optional(db)
    .await
}

/// Links an archive to projects and to a release with a distribution, and makes it the newest.
pub async fn link(
    db: &mut PgConnection,
    id: ArtifactBundleId,
    project_ids: &[i64],
    release: Option<(ReleaseId, &str)>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE artifact_bundles SET uploaded_at = $2, last_used_at = $2 WHERE id = $1", id.0, now)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        r#"
        INSERT INTO artifact_bundle_projects (bundle_id, project_id)
        SELECT $1, projects.id FROM projects WHERE projects.id = ANY($2)
        ON CONFLICT DO NOTHING"#,
        id.0,
        project_ids,
    )
    .execute(&mut *db)
    .await?;
    if let Some((release_id, dist)) = release {
        sqlx::query!(
            "INSERT INTO artifact_bundle_releases (bundle_id, release_id, dist) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            id.0,
            release_id.0,
            dist,
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Takes an archive off a project.
pub async fn unlink_project(db: impl PgExecutor<'_>, id: ArtifactBundleId, project_id: ProjectId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM artifact_bundle_projects WHERE bundle_id = $1 AND project_id = $2", id.0, project_id.0,)
        .execute(db)
        .await?;
    Ok(())
}

/// Takes all archives off a release.
pub async fn unlink_release(db: impl PgExecutor<'_>, release_id: ReleaseId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM artifact_bundle_releases WHERE release_id = $1", release_id.0).execute(db).await?;
    Ok(())
}

/// Notes that files of archives were used, at most once a day each; what is not used goes in the end.
pub async fn touch(db: impl PgExecutor<'_>, ids: &[i64], now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE artifact_bundles SET last_used_at = $2
        WHERE id = ANY($1) AND last_used_at < $2::timestamptz - interval '1 day'"#,
        ids,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes up to `limit` archives that were not used since a time; returns how many.
pub async fn delete_old(db: impl PgExecutor<'_>, before: DateTime<Utc>, limit: i64) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        r#"
        DELETE FROM artifact_bundles
        WHERE id IN (SELECT id FROM artifact_bundles WHERE last_used_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)"#,
        before,
        limit,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

/// Deletes archives that neither a project nor a release has any more; returns how many.
pub async fn delete_unlinked(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        r#"
        DELETE FROM artifact_bundles
        WHERE id IN (
            SELECT bundle.id
            FROM artifact_bundles AS bundle
            WHERE NOT EXISTS (SELECT FROM artifact_bundle_projects AS link WHERE link.bundle_id = bundle.id)
            LIMIT $1
        )"#,
        limit,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

/// An archive as a list shows it.
#[derive(Clone, Debug)]
pub struct ListedBundle {
    pub id: ArtifactBundleId,
    pub debug_id: Option<Uuid>,
    pub checksum: Checksum,
    pub size: i64,
    pub file_count: i32,
    pub uploaded_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    /// Releases it belongs to, with their distributions: `1.0 (7)`.
    pub releases: Vec<String>,
}

/// The archives of a project, newest first, in which `query` is part of a file's debug id or name, or the start of a
/// release; an empty one means all.
pub async fn list_of_project(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    query: &str,
    offset: i64,
    limit: i64,
) -> sqlx::Result<Vec<ListedBundle>> {
    sqlx::query_as!(
        ListedBundle,
        r#"
        SELECT bundle.id AS "id: ArtifactBundleId", bundle.debug_id, bundle.checksum AS "checksum: Checksum",
            bundle.size, bundle.file_count, bundle.uploaded_at, bundle.last_used_at,
            ARRAY(
                SELECT CASE WHEN version.dist = '' THEN releases.version
                    ELSE releases.version || ' (' || version.dist || ')' END
                FROM artifact_bundle_releases AS version
                JOIN releases ON releases.id = version.release_id
                WHERE version.bundle_id = bundle.id
                ORDER BY releases.id DESC
                LIMIT 5
            ) AS "releases!"
        FROM artifact_bundle_projects AS link
        JOIN artifact_bundles AS bundle ON bundle.id = link.bundle_id
        WHERE link.project_id = $1 AND (
            $2 = ''
            OR EXISTS (
                SELECT FROM artifact_bundle_files AS file
                WHERE file.bundle_id = bundle.id
                    AND (file.debug_id::text LIKE lower($2) || '%' OR strpos(lower(file.url), lower($2)) > 0)
            )
            OR EXISTS (
                SELECT FROM artifact_bundle_releases AS version
                JOIN releases ON releases.id = version.release_id
                WHERE version.bundle_id = bundle.id AND starts_with(releases.version, $2)
            )
        )
        ORDER BY bundle.uploaded_at DESC, bundle.id DESC
        OFFSET $3
        LIMIT $4"#,
        project_id.0,
        query,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

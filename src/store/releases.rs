//! Versions of an organization's software.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{OrganizationId, ProjectId, ReleaseId, UserId};
use crate::types::release::VersionKey;

/// A release.
#[derive(Clone, Debug)]
pub struct Release {
    pub id: ReleaseId,
    pub organization_id: OrganizationId,
    pub version: String,
    pub package: String,
    /// Empty: the version has no order.
    pub version_key: Vec<u8>,
    pub status: ReleaseStatus,
    /// A name in version control: a commit, a tag, a branch.
    pub reference: Option<String>,
    pub url: Option<String>,
    pub owner_user_id: Option<UserId>,
    pub started_at: Option<DateTime<Utc>>,
    pub released_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl Release {
    /// When it was released, else made known.
    pub fn date(&self) -> DateTime<Utc> {
        self.released_at.unwrap_or(self.created_at)
    }
}

/// Whether a release is among those shown first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ReleaseStatus {
    Open,
    Archived,
}

pub async fn find_by_version(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    version: &str,
) -> sqlx::Result<Option<Release>> {
    sqlx::query_as!(
        Release,
        r#"
        SELECT id AS "id: ReleaseId", organization_id AS "organization_id: OrganizationId", version, package, version_key,
            status AS "status: ReleaseStatus", ref AS reference, url, owner_user_id AS "owner_user_id: UserId",
            started_at, released_at, created_at
        FROM releases
        WHERE organization_id = $1 AND version = $2"#,
        organization_id.0,
        version,
    )
    .fetch_optional(db)
    .await
}

/// Locks a release against changes by others.
pub async fn lock(db: impl PgExecutor<'_>, id: ReleaseId) -> sqlx::Result<Option<Release>> {
    sqlx::query_as!(
        Release,
        r#"
        SELECT id AS "id: ReleaseId", organization_id AS "organization_id: OrganizationId", version, package, version_key,
            status AS "status: ReleaseStatus", ref AS reference, url, owner_user_id AS "owner_user_id: UserId",
            started_at, released_at, created_at
        FROM releases
        WHERE id = $1
        FOR NO KEY UPDATE"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Writes what people say about a release.
pub async fn update(db: impl PgExecutor<'_>, release: &Release) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE releases
        SET status = $2, ref = $3, url = $4, owner_user_id = $5, started_at = $6, released_at = $7
        WHERE id = $1"#,
        release.id.0,
        release.status as ReleaseStatus,
        release.reference,
        release.url,
        release.owner_user_id.map(|id| id.0),
        release.started_at,
        release.released_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What keeps a release from being deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleaseUse {
    /// It is the first release of an issue.
    pub is_first: bool,
    /// An issue is resolved in it.
    pub is_resolution: bool,
    /// Events of it are stored.
    pub has_events: bool,
}

/// Locks a release for deletion and tells what refers to it.
pub async fn find_use(db: impl PgExecutor<'_>, id: ReleaseId) -> sqlx::Result<Option<ReleaseUse>> {
    sqlx::query_as!(
        ReleaseUse,
        r#"
        SELECT
            EXISTS (
                SELECT FROM issues WHERE first_release_id = releases.id AND issues.status <> 'pending_deletion'
            ) AS "is_first!",
            EXISTS (SELECT FROM issue_resolutions WHERE release_id = releases.id) AS "is_resolution!",
            EXISTS (SELECT FROM release_hours WHERE release_id = releases.id AND release_id > 0) AS "has_events!"
        FROM releases
        WHERE id = $1
        FOR UPDATE"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Deletes a release with everything that belongs to it.
pub async fn delete(db: impl PgExecutor<'_>, id: ReleaseId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM releases WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

/// Locks up to `limit` releases that no project has any more: what links one to a project meanwhile is left alone, and
/// what wants to waits.
pub async fn lock_unlinked(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"
        SELECT id
        FROM releases
        WHERE NOT EXISTS (SELECT FROM release_projects WHERE release_projects.release_id = releases.id)
        LIMIT $1
        FOR UPDATE SKIP LOCKED"#,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Deletes those of some releases that no project has, with everything that belongs to them; returns how many.
pub async fn delete_unlinked(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        r#"
        DELETE FROM releases
        WHERE id = ANY($1)
            AND NOT EXISTS (SELECT FROM release_projects WHERE release_projects.release_id = releases.id)"#,
        ids,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

/// A release by name.
#[derive(Clone, Debug)]
pub struct ReleaseKey {
    pub id: ReleaseId,
    pub organization_id: OrganizationId,
    pub version: String,
}

/// The known ones among pairs of organization and version.
pub async fn list_known(
    db: impl PgExecutor<'_>,
    organization_ids: &[i64],
    versions: &[&str],
) -> sqlx::Result<Vec<ReleaseKey>> {
    sqlx::query_as!(
        ReleaseKey,
        r#"
        SELECT known.id AS "id!: ReleaseId", known.organization_id AS "organization_id!: OrganizationId",
            known.version AS "version!"
        FROM UNNEST($1::bigint[], $2::text[]) AS wanted (organization_id, version)
        JOIN releases AS known
            ON known.organization_id = wanted.organization_id AND known.version = wanted.version"#,
        organization_ids,
        versions as _,
    )
    .fetch_all(db)
    .await
}

/// Makes releases that aren't there; pairs are unique and sorted by the caller. A release that somebody else makes
/// meanwhile is absent from the answer.
pub async fn insert_missing(
    db: impl PgExecutor<'_>,
    organization_ids: &[i64],
    versions: &[&str],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<ReleaseKey>> {
    let keys: Vec<VersionKey> = versions.iter().map(|version| VersionKey::of(version)).collect();
    let packages: Vec<&str> = keys.iter().map(|key| key.package.as_str()).collect();
    let version_keys: Vec<&[u8]> = keys.iter().map(|key| key.bytes.as_slice()).collect();
    sqlx::query_as!(
        ReleaseKey,
        r#"
        INSERT INTO releases (organization_id, version, package, version_key, created_at)
        SELECT wanted.organization_id, wanted.version, wanted.package, wanted.version_key, $5
        FROM UNNEST($1::bigint[], $2::text[], $3::text[], $4::bytea[])
            AS wanted (organization_id, version, package, version_key)
        ON CONFLICT ON CONSTRAINT releases_organization_id_version_key DO NOTHING
        RETURNING id AS "id: ReleaseId", organization_id AS "organization_id: OrganizationId", version"#,
        organization_ids,
        versions as _,
        &packages as _,
        &version_keys as _,
        now,
    )
    .fetch_all(db)
    .await
}

/// The newest releases of a project, newest first: whether they follow semantic versions decides how they compare.
pub async fn list_recent_versions(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    limit: i64,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"
        SELECT releases.version
        FROM release_projects
        JOIN releases ON releases.id = release_projects.release_id
        WHERE release_projects.project_id = $1
        ORDER BY releases.id DESC
        LIMIT $2"#,
        project_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The release of a project with the highest version of a package.
pub async fn find_highest(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    package: &str,
) -> sqlx::Result<Option<(ReleaseId, String)>> {
    let row = sqlx::query!(
        r#"
        SELECT releases.id AS "id: ReleaseId", releases.version
        FROM release_projects
        JOIN releases ON releases.id = release_projects.release_id
        WHERE release_projects.project_id = $1 AND releases.package = $2 AND releases.version_key <> ''
        ORDER BY releases.version_key DESC, releases.id DESC
        LIMIT 1"#,
        project_id.0,
        package,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.version)))
}

/// When releases were released, else first seen; by their ids.
pub async fn list_dates(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<(ReleaseId, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        r#"
        SELECT id AS "id: ReleaseId", COALESCE(released_at, created_at) AS "date!"
        FROM releases
        WHERE id = ANY($1)"#,
        ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.date)).collect())
}

/// Releases by ids, in no order.
pub async fn list(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<Release>> {
    sqlx::query_as!(
        Release,
        r#"
        SELECT id AS "id: ReleaseId", organization_id AS "organization_id: OrganizationId", version, package, version_key,
            status AS "status: ReleaseStatus", ref AS reference, url, owner_user_id AS "owner_user_id: UserId",
            started_at, released_at, created_at
        FROM releases
        WHERE id = ANY($1)"#,
        ids,
    )
    .fetch_all(db)
    .await
}

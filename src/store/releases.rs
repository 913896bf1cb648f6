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

/// A release as a project saw it.
#[derive(Clone, Debug)]
pub struct ReleaseOfProject {
    pub version: String,
    pub released_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub new_issues: i64,
    pub first_event_at: Option<DateTime<Utc>>,
    pub last_event_at: Option<DateTime<Utc>>,
}

pub async fn find_of_project(
    db: impl PgExecutor<'_>,
    id: ReleaseId,
    project_id: ProjectId,
) -> sqlx::Result<Option<ReleaseOfProject>> {
    sqlx::query_as!(
        ReleaseOfProject,
        r#"
        SELECT releases.version, releases.released_at, releases.created_at,
            COALESCE(release_projects.new_issues, 0) AS "new_issues!",
            release_projects.first_event_at AS "first_event_at?", release_projects.last_event_at AS "last_event_at?"
        FROM releases
        LEFT JOIN release_projects ON release_projects.release_id = releases.id AND release_projects.project_id = $2
        WHERE releases.id = $1"#,
        id.0,
        project_id.0,
    )
    .fetch_optional(db)
    .await
}

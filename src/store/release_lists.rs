//! Lists of releases: of some projects, by date or by version.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::releases::{Release, ReleaseStatus};
use crate::types::ids::{OrganizationId, ProjectId, ReleaseId, UserId};

/// What the releases of a list have in common.
#[derive(Clone, Debug)]
pub struct ReleaseCriteria {
    pub organization_id: OrganizationId,
    pub project_ids: Vec<i64>,
    /// A part of the version, in any case.
    pub query: Option<String>,
    /// Deployed there, or seen there.
    pub environments: Option<Vec<String>>,
    pub status: Option<ReleaseStatus>,
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
}

/// The newest first: by release, else by creation.
pub async fn list_by_date(
    db: impl PgExecutor<'_>,
    criteria: &ReleaseCriteria,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<Release>> {
    sqlx::query_as!(
        Release,
        r#"
        SELECT id AS "id: ReleaseId", organization_id AS "organization_id: OrganizationId", version, package, version_key,
            status AS "status: ReleaseStatus", ref AS reference, url, owner_user_id AS "owner_user_id: UserId",
            started_at, released_at, created_at
        FROM releases
        WHERE organization_id = $1
            AND EXISTS (SELECT FROM release_projects WHERE release_id = releases.id AND project_id = ANY($2))
            AND ($3::text IS NULL OR strpos(lower(version), lower($3)) > 0)
            AND ($4::text[] IS NULL
                OR EXISTS (SELECT FROM deploys WHERE release_id = releases.id AND environment = ANY($4))
                OR EXISTS (
                    SELECT FROM release_environments
                    WHERE release_id = releases.id AND project_id = ANY($2) AND environment = ANY($4)
                ))
            AND ($5::text IS NULL OR status = $5)
            AND ($6::timestamptz IS NULL OR COALESCE(released_at, created_at) >= $6)
            AND ($7::timestamptz IS NULL OR COALESCE(released_at, created_at) < $7)
        ORDER BY COALESCE(released_at, created_at) DESC, id DESC
        OFFSET $8 LIMIT $9"#,
        criteria.organization_id.0,
        &criteria.project_ids,
        criteria.query,
        criteria.environments.as_deref(),
        criteria.status as Option<ReleaseStatus>,
        criteria.since,
        criteria.until,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Package by package, the greatest version first; names that are no versions come last in their package.
pub async fn list_by_version(
    db: impl PgExecutor<'_>,
    criteria: &ReleaseCriteria,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<Release>> {
    sqlx::query_as!(
        Release,
        r#"
        SELECT id AS "id: ReleaseId", organization_id AS "organization_id: OrganizationId", version, package, version_key,
            status AS "status: ReleaseStatus", ref AS reference, url, owner_user_id AS "owner_user_id: UserId",
            started_at, released_at, created_at
        FROM releases
        WHERE organization_id = $1
            AND EXISTS (SELECT FROM release_projects WHERE release_id = releases.id AND project_id = ANY($2))
            AND ($3::text IS NULL OR strpos(lower(version), lower($3)) > 0)
            AND ($4::text[] IS NULL
                OR EXISTS (SELECT FROM deploys WHERE release_id = releases.id AND environment = ANY($4))
                OR EXISTS (
                    SELECT FROM release_environments
                    WHERE release_id = releases.id AND project_id = ANY($2) AND environment = ANY($4)
                ))
            AND ($5::text IS NULL OR status = $5)
            AND ($6::timestamptz IS NULL OR COALESCE(released_at, created_at) >= $6)
            AND ($7::timestamptz IS NULL OR COALESCE(released_at, created_at) < $7)
        ORDER BY package, version_key DESC, id DESC
        OFFSET $8 LIMIT $9"#,
        criteria.organization_id.0,
        &criteria.project_ids,
        criteria.query,
        criteria.environments.as_deref(),
        criteria.status as Option<ReleaseStatus>,
        criteria.since,
        criteria.until,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The versions before and after a release: in the order of versions of its package, else in the order of dates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    pub older: Option<String>,
    pub newer: Option<String>,
}

/// Finds the neighbours of a release among those of some projects.
pub async fn find_neighbours(
    db: impl PgExecutor<'_>,
    release: &Release,
    project_ids: &[i64],
) -> sqlx::Result<Neighbours> {
    if release.version_key.is_empty() {
        return find_neighbours_by_date(db, release, project_ids).await;
    }
    sqlx::query_as!(
        Neighbours,
        r#"
        SELECT
            (
                SELECT version
                FROM releases
                WHERE organization_id = $1 AND package = $2 AND (version_key, id) < ($3, $4) AND version_key > ''
                    AND EXISTS (SELECT FROM release_projects WHERE release_id = releases.id AND project_id = ANY($5))
                ORDER BY version_key DESC, id DESC
                LIMIT 1
            ) AS older,
            (
                SELECT version
                FROM releases
                WHERE organization_id = $1 AND package = $2 AND (version_key, id) > ($3, $4)
                    AND EXISTS (SELECT FROM release_projects WHERE release_id = releases.id AND project_id = ANY($5))
                ORDER BY version_key, id
                LIMIT 1
            ) AS newer"#,
        release.organization_id.0,
        release.package,
        release.version_key,
        release.id.0,
        project_ids,
    )
    .fetch_one(db)
    .await
}

async fn find_neighbours_by_date(
    db: impl PgExecutor<'_>,
    release: &Release,
    project_ids: &[i64],
) -> sqlx::Result<Neighbours> {
    sqlx::query_as!(
        Neighbours,
        r#"
        SELECT
            (
                SELECT version
                FROM releases
                WHERE organization_id = $1 AND (COALESCE(released_at, created_at), id) < ($2, $3)
                    AND EXISTS (SELECT FROM release_projects WHERE release_id = releases.id AND project_id = ANY($4))
                ORDER BY COALESCE(released_at, created_at) DESC, id DESC
                LIMIT 1
            ) AS older,
            (
                SELECT version
                FROM releases
                WHERE organization_id = $1 AND (COALESCE(released_at, created_at), id) > ($2, $3)
                    AND EXISTS (SELECT FROM release_projects WHERE release_id = releases.id AND project_id = ANY($4))
                ORDER BY COALESCE(released_at, created_at), id
                LIMIT 1
            ) AS newer"#,
        release.organization_id.0,
        release.date(),
        release.id.0,
        project_ids,
    )
    .fetch_one(db)
    .await
}

/// The newest release before this one, of some projects, whose commits are known.
pub async fn find_previous_with_commits(
    db: impl PgExecutor<'_>,
    release: &Release,
    project_ids: &[i64],
) -> sqlx::Result<Option<Release>> {
    sqlx::query_as!(
        Release,
        r#"
        SELECT id AS "id: ReleaseId", organization_id AS "organization_id: OrganizationId", version, package, version_key,
            status AS "status: ReleaseStatus", ref AS reference, url, owner_user_id AS "owner_user_id: UserId",
            started_at, released_at, created_at
        FROM releases
        WHERE organization_id = $1 AND (COALESCE(released_at, created_at), id) < ($2, $3)
            AND EXISTS (SELECT FROM release_projects WHERE release_id = releases.id AND project_id = ANY($4))
            AND (EXISTS (SELECT FROM release_commits WHERE release_id = releases.id)
                OR EXISTS (SELECT FROM release_heads WHERE release_id = releases.id))
        ORDER BY COALESCE(released_at, created_at) DESC, id DESC
        LIMIT 1"#,
        release.organization_id.0,
        release.date(),
        release.id.0,
        project_ids,
    )
    .fetch_optional(db)
    .await
}

/// The versions of the releases of some projects, the newest first.
pub async fn list_versions(db: impl PgExecutor<'_>, project_ids: &[i64], limit: i64) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"
        SELECT version
        FROM releases
        WHERE EXISTS (SELECT FROM release_projects WHERE release_id = releases.id AND project_id = ANY($1))
        ORDER BY COALESCE(released_at, created_at) DESC, id DESC
        LIMIT $2"#,
        project_ids,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The releases of a project since a time, the newest first: versions and dates.
pub async fn list_since(
    db: impl PgExecutor<'_>,
    (organization_id, project_id): (OrganizationId, ProjectId),
    since: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<(String, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        r#"
        SELECT version, COALESCE(released_at, created_at) AS "at!"
        FROM releases
        WHERE organization_id = $1 AND COALESCE(released_at, created_at) >= $3
            AND EXISTS (SELECT FROM release_projects AS used WHERE used.release_id = releases.id AND used.project_id = $2)
        ORDER BY COALESCE(released_at, created_at) DESC, id DESC
        LIMIT $4"#,
        organization_id.0,
        project_id.0,
        since,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.version, row.at)).collect())
}

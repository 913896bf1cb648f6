//! Releases as the projects saw them.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{ProjectId, ReleaseId};

/// What a batch adds, as columns; pairs of release and project are unique and sorted by the caller.
#[derive(Clone, Debug, Default)]
pub struct ReleaseCounts {
    pub release_ids: Vec<i64>,
    pub project_ids: Vec<i64>,
    pub new_issues: Vec<i64>,
    pub first_event_at: Vec<DateTime<Utc>>,
    pub last_event_at: Vec<DateTime<Utc>>,
}

/// Adds to the counters.
pub async fn add(db: impl PgExecutor<'_>, counts: &ReleaseCounts) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO release_projects (release_id, project_id, new_issues, first_event_at, last_event_at)
        SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[])
        ON CONFLICT ON CONSTRAINT release_projects_pkey DO UPDATE SET
            new_issues = release_projects.new_issues + EXCLUDED.new_issues,
            first_event_at = LEAST(release_projects.first_event_at, EXCLUDED.first_event_at),
            last_event_at = GREATEST(release_projects.last_event_at, EXCLUDED.last_event_at)"#,
        &counts.release_ids,
        &counts.project_ids,
        &counts.new_issues,
        &counts.first_event_at,
        &counts.last_event_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The newest release of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatestRelease {
    pub project_id: ProjectId,
    pub release_id: ReleaseId,
    pub version: String,
    /// The version as a value of the tag `release`; none while no event brought it.
    pub tag_value_id: Option<i64>,
}

/// The newest release of each of some projects; those without any are absent.
pub async fn list_latest(db: impl PgExecutor<'_>, project_ids: &[i64]) -> sqlx::Result<Vec<LatestRelease>> {
    sqlx::query_as!(
        LatestRelease,
        r#"
        SELECT latest.project_id AS "project_id: ProjectId", latest.id AS "release_id: ReleaseId", latest.version,
            tag_values.id AS "tag_value_id?"
        FROM (
            SELECT DISTINCT ON (release_projects.project_id) release_projects.project_id, releases.id, releases.version
            FROM release_projects
            JOIN releases ON releases.id = release_projects.release_id
            WHERE release_projects.project_id = ANY($1)
            ORDER BY release_projects.project_id, COALESCE(releases.released_at, releases.created_at) DESC,
                releases.id DESC
        ) AS latest
        LEFT JOIN tag_values
            ON tag_values.project_id = latest.project_id AND tag_values.key = 'release'
            AND tag_values.value = latest.version"#,
        project_ids,
    )
    .fetch_all(db)
    .await
}

/// The projects that have a release.
pub async fn list_project_ids(db: impl PgExecutor<'_>, release_id: ReleaseId) -> sqlx::Result<Vec<ProjectId>> {
    sqlx::query_scalar!(
        r#"SELECT project_id AS "project_id: ProjectId" FROM release_projects WHERE release_id = $1 ORDER BY project_id"#,
        release_id.0,
    )
    .fetch_all(db)
    .await
}

/// A release as a project saw it.
#[derive(Clone, Debug)]
pub struct ReleaseOfProject {
    pub release_id: ReleaseId,
    pub project_id: ProjectId,
    pub new_issues: i64,
    pub first_event_at: Option<DateTime<Utc>>,
    pub last_event_at: Option<DateTime<Utc>>,
}

/// Some releases as some projects saw them.
pub async fn list(
    db: impl PgExecutor<'_>,
    release_ids: &[i64],
    project_ids: &[i64],
) -> sqlx::Result<Vec<ReleaseOfProject>> {
    sqlx::query_as!(
        ReleaseOfProject,
        r#"
        SELECT release_id AS "release_id: ReleaseId", project_id AS "project_id: ProjectId", new_issues, first_event_at,
            last_event_at
        FROM release_projects
        WHERE release_id = ANY($1) AND project_id = ANY($2)"#,
        release_ids,
        project_ids,
    )
    .fetch_all(db)
    .await
}

/// Links projects to a release; returns how many were not linked before.
pub async fn insert_missing(db: impl PgExecutor<'_>, release_id: ReleaseId, project_ids: &[i64]) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        r#"
        INSERT INTO release_projects (release_id, project_id)
        SELECT $1, id
        FROM UNNEST($2::bigint[]) AS project (id)
        ON CONFLICT ON CONSTRAINT release_projects_pkey DO NOTHING"#,
        release_id.0,
        project_ids,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

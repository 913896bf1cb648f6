//! Releases put into use.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{DeployId, ReleaseId};

/// A release in an environment.
#[derive(Clone, Debug)]
pub struct Deploy {
    pub id: DeployId,
    pub release_id: ReleaseId,
    pub environment: String,
    pub name: Option<String>,
    pub url: Option<String>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: DateTime<Utc>,
}

/// What a deploy is made of.
#[derive(Clone, Debug)]
pub struct NewDeploy<'a> {
    pub release_id: ReleaseId,
    pub environment: &'a str,
    pub name: Option<&'a str>,
    pub url: Option<&'a str>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: DateTime<Utc>,
}

pub async fn insert(db: impl PgExecutor<'_>, new: &NewDeploy<'_>) -> sqlx::Result<Deploy> {
    sqlx::query_as!(
        Deploy,
        r#"
        INSERT INTO deploys (release_id, environment, name, url, started_at, finished_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING id AS "id: DeployId", release_id AS "release_id: ReleaseId", environment, name, url, started_at,
            finished_at"#,
        new.release_id.0,
        new.environment,
        new.name,
        new.url,
        new.started_at,
        new.finished_at,
    )
    .fetch_one(db)
    .await
}

/// The deploys of a release, the last one first.
pub async fn list(
    db: impl PgExecutor<'_>,
    release_id: ReleaseId,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<Deploy>> {
    sqlx::query_as!(
        Deploy,
        r#"
        SELECT id AS "id: DeployId", release_id AS "release_id: ReleaseId", environment, name, url, started_at,
            finished_at
        FROM deploys
        WHERE release_id = $1
        ORDER BY finished_at DESC, id DESC
        OFFSET $2 LIMIT $3"#,
        release_id.0,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// How often each of some releases was deployed; those that never were are absent.
pub async fn count(db: impl PgExecutor<'_>, release_ids: &[i64]) -> sqlx::Result<Vec<(ReleaseId, i64)>> {
    let rows = sqlx::query!(
        r#"
        SELECT release_id AS "release_id: ReleaseId", count(*) AS "deploys!"
        FROM deploys
        WHERE release_id = ANY($1)
        GROUP BY release_id"#,
        release_ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.release_id, row.deploys)).collect())
}

/// The last deploy of each of some releases in each environment, the last one first.
pub async fn list_last(db: impl PgExecutor<'_>, release_ids: &[i64]) -> sqlx::Result<Vec<Deploy>> {
    sqlx::query_as!(
        Deploy,
        r#"
        SELECT id AS "id!: DeployId", release_id AS "release_id!: ReleaseId", environment AS "environment!", name, url,
            started_at, finished_at AS "finished_at!"
        FROM (
            SELECT DISTINCT ON (release_id, environment) *
            FROM deploys
            WHERE release_id = ANY($1)
            ORDER BY release_id, environment, finished_at DESC, id DESC
        ) AS last
        ORDER BY finished_at DESC, id DESC"#,
        release_ids,
    )
    .fetch_all(db)
    .await
}

/// Where releases of some projects were ever deployed.
pub async fn list_environments(db: impl PgExecutor<'_>, project_ids: &[i64]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"
        SELECT DISTINCT deploys.environment
        FROM deploys
        JOIN release_projects ON release_projects.release_id = deploys.release_id
        WHERE release_projects.project_id = ANY($1)
        LIMIT 200"#,
        project_ids,
    )
    .fetch_all(db)
    .await
}

//! The credentials SDKs send.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::Json;

use crate::types::ids::{ProjectId, ProjectKeyId};
use crate::types::project_settings::ProjectSettings;

/// The credentials of a DSN.
#[derive(Clone, Debug)]
pub struct ProjectKey {
    pub id: ProjectKeyId,
    pub project_id: ProjectId,
    pub label: String,
    pub public_key: String,
    pub secret_key: String,
    pub is_active: bool,
    /// Events allowed per `rate_limit_window` seconds.
    pub rate_limit_count: Option<i32>,
    pub rate_limit_window: Option<i32>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A key to insert.
#[derive(Clone, Debug)]
pub struct NewProjectKey<'a> {
    pub project_id: ProjectId,
    pub label: &'a str,
    pub public_key: &'a str,
    pub secret_key: &'a str,
    pub rate_limit_count: Option<i32>,
    pub rate_limit_window: Option<i32>,
}

const LIMIT: i64 = 1000;

pub async fn find_by_public_key(db: impl PgExecutor<'_>, public_key: &str) -> sqlx::Result<Option<ProjectKey>> {
    sqlx::query_as!(
        ProjectKey,
        r#"
        SELECT id AS "id: ProjectKeyId", project_id AS "project_id: ProjectId", label, public_key, secret_key,
            is_active, rate_limit_count, rate_limit_window, last_used_at, created_at
        FROM project_keys
        WHERE public_key = $1"#,
        public_key,
    )
    .fetch_optional(db)
    .await
}

/// What ingest has to know of a key and its project.
#[derive(Clone, Debug)]
pub struct AdmissionFacts {
    pub key_id: ProjectKeyId,
    pub project_id: ProjectId,
    pub is_active: bool,
    pub project_is_active: bool,
    pub organization_is_active: bool,
    pub rate_limit_count: Option<i32>,
    pub rate_limit_window: Option<i32>,
    pub settings: Json<ProjectSettings>,
}

/// A key with its project, whatever their state: a refusal shall name the reason.
pub async fn find_admission_facts(db: impl PgExecutor<'_>, public_key: &str) -> sqlx::Result<Option<AdmissionFacts>> {
    sqlx::query_as!(
        AdmissionFacts,
        r#"
        SELECT k.id AS "key_id: ProjectKeyId", k.project_id AS "project_id: ProjectId", k.is_active,
            p.status = 'active' AS "project_is_active!", o.status = 'active' AS "organization_is_active!",
            k.rate_limit_count, k.rate_limit_window,
            p.settings AS "settings: Json<ProjectSettings>"
        FROM project_keys k
        JOIN projects p ON p.id = k.project_id
        JOIN organizations o ON o.id = p.organization_id
        WHERE k.public_key = $1"#,
        public_key,
    )
    .fetch_optional(db)
    .await
}

/// A project's key by its public part, which the API uses as id.
pub async fn find_in_project(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    public_key: &str,
) -> sqlx::Result<Option<ProjectKey>> {
    let key = find_by_public_key(db, public_key).await?;
    Ok(key.filter(|key| key.project_id == project_id))
}

/// The project's keys, oldest first.
pub async fn list(db: impl PgExecutor<'_>, project_id: ProjectId) -> sqlx::Result<Vec<ProjectKey>> {
    sqlx::query_as!(
        ProjectKey,
        r#"
        SELECT id AS "id: ProjectKeyId", project_id AS "project_id: ProjectId", label, public_key, secret_key,
            is_active, rate_limit_count, rate_limit_window, last_used_at, created_at
        FROM project_keys
        WHERE project_id = $1
        ORDER BY id
        LIMIT $2"#,
        project_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

pub async fn insert(db: impl PgExecutor<'_>, key: &NewProjectKey<'_>, now: DateTime<Utc>) -> sqlx::Result<ProjectKey> {
    sqlx::query_as!(
        ProjectKey,
        r#"
        INSERT INTO project_keys
            (project_id, label, public_key, secret_key, rate_limit_count, rate_limit_window, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        RETURNING id AS "id: ProjectKeyId", project_id AS "project_id: ProjectId", label, public_key, secret_key,
            is_active, rate_limit_count, rate_limit_window, last_used_at, created_at"#,
        key.project_id.0,
        key.label,
        key.public_key,
        key.secret_key,
        key.rate_limit_count,
        key.rate_limit_window,
        now,
    )
    .fetch_one(db)
    .await
}

pub async fn update_label(db: impl PgExecutor<'_>, id: ProjectKeyId, label: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE project_keys SET label = $2 WHERE id = $1", id.0, label).execute(db).await?;
    Ok(())
}

pub async fn update_is_active(db: impl PgExecutor<'_>, id: ProjectKeyId, is_active: bool) -> sqlx::Result<()> {
    sqlx::query!("UPDATE project_keys SET is_active = $2 WHERE id = $1", id.0, is_active).execute(db).await?;
    Ok(())
}

/// Both or neither of count and window.
pub async fn update_rate_limit(
    db: impl PgExecutor<'_>,
    id: ProjectKeyId,
    limit: Option<(i32, i32)>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE project_keys SET rate_limit_count = $2, rate_limit_window = $3 WHERE id = $1",
        id.0,
        limit.map(|(count, _)| count),
        limit.map(|(_, window)| window),
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete(db: impl PgExecutor<'_>, id: ProjectKeyId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM project_keys WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

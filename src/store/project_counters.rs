//! What a batch of events reads and writes of its projects and their keys.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::Json;

use crate::types::{
    ids::{OrganizationId, ProjectId},
    organization_settings::OrganizationSettings,
    project_settings::ProjectSettings,
};

/// What processing needs to know of a project.
#[derive(Clone, Debug)]
pub struct ProjectForEvents {
    pub id: ProjectId,
    pub organization_id: OrganizationId,
    /// The stricter of the project's and the organization's.
    pub settings: ProjectSettings,
}

/// A project whose row the transaction holds.
#[derive(Clone, Debug)]
pub struct LockedProject {
    pub id: ProjectId,
    pub organization_id: OrganizationId,
    /// Last short id given out.
    pub issue_counter: i64,
    /// See the column: remembered tag values of another generation are void.
    pub tag_generation: i64,
    pub has_events: bool,
    /// Hours after which an issue that was not seen counts as resolved; 0: never.
    pub resolve_age: i32,
}

/// What is in effect for the projects of a batch; projects that are gone are absent.
pub async fn list_settings(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<ProjectForEvents>> {
    let rows = sqlx::query!(
        r#"
        SELECT p.id AS "id: ProjectId", p.organization_id AS "organization_id: OrganizationId",
            p.settings AS "settings: Json<ProjectSettings>",
            o.settings AS "organization_settings: Json<OrganizationSettings>"
        FROM projects p
        JOIN organizations o ON o.id = p.organization_id
        WHERE p.id = ANY($1) AND p.status = 'active'"#,
        ids,
    )
    .fetch_all(db)
    .await?;
    let projects = rows.into_iter().map(|row| ProjectForEvents {
        id: row.id,
        organization_id: row.organization_id,
        settings: row.organization_settings.applied_to(&row.settings),
    });
    Ok(projects.collect())
}

/// Locks the projects of a batch, in the order of their ids so that two workers cannot deadlock.
///
/// Batches with the same project are thereby saved one after the other. That makes looking for duplicates exact across
/// partitions, and counters, hashes and short ids free of races. Readers and people's edits of issues do not wait.
pub async fn lock(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<LockedProject>> {
    sqlx::query_as!(
        LockedProject,
        r#"
        SELECT id AS "id: ProjectId", organization_id AS "organization_id: OrganizationId", issue_counter,
            tag_generation, first_event_at IS NOT NULL AS "has_events!",
            COALESCE((settings->>'resolve_age')::integer, 0) AS "resolve_age!"
        FROM projects
        WHERE id = ANY($1) AND status = 'active'
        ORDER BY id
        FOR NO KEY UPDATE"#,
        ids,
    )
    .fetch_all(db)
    .await
}

/// Notes the last short id given out.
pub async fn update_issue_counter(db: impl PgExecutor<'_>, id: ProjectId, counter: i64) -> sqlx::Result<()> {
    sqlx::query!("UPDATE projects SET issue_counter = $2 WHERE id = $1", id.0, counter).execute(db).await?;
    Ok(())
}

/// Notes when the first event came, unless one came before.
pub async fn update_first_event(db: impl PgExecutor<'_>, id: ProjectId, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE projects SET first_event_at = $2 WHERE id = $1 AND first_event_at IS NULL", id.0, at)
        .execute(db)
        .await?;
    Ok(())
}

/// Tells workers to forget the tag values they remember.
pub async fn advance_tag_generation(db: impl PgExecutor<'_>, id: ProjectId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE projects SET tag_generation = tag_generation + 1 WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

/// Notes that keys were used; the caller does so once a minute at most.
pub async fn update_keys_used(db: impl PgExecutor<'_>, key_ids: &[i64], at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE project_keys SET last_used_at = GREATEST(last_used_at, $2) WHERE id = ANY($1)", key_ids, at)
        .execute(db)
        .await?;
    Ok(())
}

/// All projects.
pub async fn list_ids(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<ProjectId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: ProjectId" FROM projects ORDER BY id"#).fetch_all(db).await
}

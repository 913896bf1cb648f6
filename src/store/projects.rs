//! Projects: where events arrive and issues are made.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::Json;

use crate::types::ids::{MemberId, OrganizationId, ProjectId, UserId};
use crate::types::project_settings::ProjectSettings;

/// A stream of events and issues.
#[derive(Clone, Debug)]
pub struct Project {
    pub id: ProjectId,
    pub organization_id: OrganizationId,
    pub slug: String,
    pub name: String,
    pub platform: Option<String>,
    pub first_event_at: Option<DateTime<Utc>>,
    pub settings: Json<ProjectSettings>,
    pub created_at: DateTime<Utc>,
}

/// A project to insert.
#[derive(Clone, Debug)]
pub struct NewProject<'a> {
    pub organization_id: OrganizationId,
    pub slug: &'a str,
    pub name: &'a str,
    pub platform: Option<&'a str>,
}

const LIMIT: i64 = 5000;

/// An active project by id.
pub async fn find(db: impl PgExecutor<'_>, id: ProjectId) -> sqlx::Result<Option<Project>> {
    sqlx::query_as!(
        Project,
        r#"
        SELECT id AS "id: ProjectId", organization_id AS "organization_id: OrganizationId", slug, name, platform,
            first_event_at, settings AS "settings: Json<ProjectSettings>", created_at
        FROM projects
        WHERE id = $1 AND status = 'active'"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// An active project by its place in an organization.
pub async fn find_by_slug(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    slug: &str,
) -> sqlx::Result<Option<Project>> {
    sqlx::query_as!(
        Project,
        r#"
        SELECT id AS "id: ProjectId", organization_id AS "organization_id: OrganizationId", slug, name, platform,
            first_event_at, settings AS "settings: Json<ProjectSettings>", created_at
        FROM projects
        WHERE organization_id = $1 AND slug = $2 AND status = 'active'"#,
        organization_id.0,
        slug,
    )
    .fetch_optional(db)
    .await
}

/// All active projects of an organization, by slug.
pub async fn list(db: impl PgExecutor<'_>, organization_id: OrganizationId) -> sqlx::Result<Vec<Project>> {
    sqlx::query_as!(
        Project,
        r#"
        SELECT id AS "id: ProjectId", organization_id AS "organization_id: OrganizationId", slug, name, platform,
            first_event_at, settings AS "settings: Json<ProjectSettings>", created_at
        FROM projects
        WHERE organization_id = $1 AND status = 'active'
        ORDER BY slug
        LIMIT $2"#,
        organization_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// The active projects of a member's teams, by slug.
pub async fn list_of_member(db: impl PgExecutor<'_>, member_id: MemberId) -> sqlx::Result<Vec<Project>> {
    sqlx::query_as!(
        Project,
        r#"
        SELECT p.id AS "id: ProjectId", p.organization_id AS "organization_id: OrganizationId", p.slug, p.name,
            p.platform, p.first_event_at, p.settings AS "settings: Json<ProjectSettings>", p.created_at
        FROM projects p
        WHERE p.status = 'active' AND EXISTS (
            SELECT
            FROM project_teams pt
            JOIN team_members tm ON tm.team_id = pt.team_id
            WHERE pt.project_id = p.id AND tm.member_id = $1)
        ORDER BY p.slug
        LIMIT $2"#,
        member_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// Those of the ids that are active projects.
pub async fn list_existing(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<ProjectId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: ProjectId" FROM projects WHERE id = ANY($1) AND status = 'active'"#, ids,)
        .fetch_all(db)
        .await
}

/// Whether one of the member's teams owns the project.
pub async fn member_has_access(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    member_id: MemberId,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT
            FROM project_teams pt
            JOIN team_members tm ON tm.team_id = pt.team_id
            WHERE pt.project_id = $1 AND tm.member_id = $2) AS "exists!""#,
        project_id.0,
        member_id.0,
    )
    .fetch_one(db)
    .await
}

/// `None` when the slug is taken; the transaction stays usable.
pub async fn insert(
    db: impl PgExecutor<'_>,
    project: &NewProject<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Project>> {
    sqlx::query_as!(
        Project,
        r#"
        INSERT INTO projects (organization_id, slug, name, platform, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT ON CONSTRAINT projects_organization_id_slug_key DO NOTHING
        RETURNING id AS "id: ProjectId", organization_id AS "organization_id: OrganizationId", slug, name, platform,
            first_event_at, settings AS "settings: Json<ProjectSettings>", created_at"#,
        project.organization_id.0,
        project.slug,
        project.name,
        project.platform,
        now,
    )
    .fetch_optional(db)
    .await
}

pub async fn update_identity(
    db: impl PgExecutor<'_>,
    id: ProjectId,
    slug: &str,
    name: &str,
    platform: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE projects SET slug = $2, name = $3, platform = $4 WHERE id = $1", id.0, slug, name, platform,)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn update_settings(db: impl PgExecutor<'_>, id: ProjectId, settings: &ProjectSettings) -> sqlx::Result<()> {
    sqlx::query!("UPDATE projects SET settings = $2 WHERE id = $1", id.0, Json(settings) as _).execute(db).await?;
    Ok(())
}

/// Hides the project from everyone; a job deletes its rows at `deletion_at`. A slug with a space can be asked for by
/// nobody, so the old one is free again. `false`: it is hidden already.
pub async fn mark_for_deletion(
    db: impl PgExecutor<'_>,
    id: ProjectId,
    deletion_at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE projects SET status = 'pending_deletion', former_slug = slug, slug = 'deleted ' || id, deletion_at = $2
        WHERE id = $1 AND status = 'active'",
        id.0,
        deletion_at,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Hides a project whose organization goes, for good.
pub async fn mark_for_deletion_now(db: impl PgExecutor<'_>, id: ProjectId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE projects SET status = 'pending_deletion', slug = 'deleted ' || id, former_slug = NULL, deletion_at = $2
        WHERE id = $1",
        id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A project that can still be restored.
#[derive(Clone, Debug)]
pub struct RemovedProject {
    pub id: ProjectId,
    pub slug: String,
    pub name: String,
    pub deletion_at: DateTime<Utc>,
}

/// Those of an organization whose rows are still there.
pub async fn list_removed(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<RemovedProject>> {
    sqlx::query_as!(
        RemovedProject,
        r#"
        SELECT id AS "id: ProjectId", former_slug AS "slug!", name, deletion_at AS "deletion_at!"
        FROM projects
        WHERE organization_id = $1 AND status = 'pending_deletion' AND deletion_at > $2 AND former_slug IS NOT NULL
        ORDER BY id
        LIMIT $3"#,
        organization_id.0,
        now,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// Shows a removed project again, under a slug. `false`: its rows are being deleted.
pub async fn restore(db: impl PgExecutor<'_>, id: ProjectId, slug: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE projects SET status = 'active', slug = $2, former_slug = NULL, deletion_at = NULL
        WHERE id = $1 AND status = 'pending_deletion' AND deletion_at > $3",
        id.0,
        slug,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The ids of an organization's projects, removed ones too.
pub async fn list_all_ids(db: impl PgExecutor<'_>, organization_id: OrganizationId) -> sqlx::Result<Vec<ProjectId>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: ProjectId" FROM projects WHERE organization_id = $1 ORDER BY id LIMIT $2"#,
        organization_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// The projects whose rows are to be deleted by now.
pub async fn list_pending_deletion(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> sqlx::Result<Vec<ProjectId>> {
    sqlx::query_scalar!(
        r#"
        SELECT id AS "id: ProjectId" FROM projects
        WHERE status = 'pending_deletion' AND (deletion_at IS NULL OR deletion_at <= $1)
        ORDER BY id LIMIT $2"#,
        now,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// Deletes the row of a project that is pending deletion; rows that refer to it go along.
pub async fn delete(db: impl PgExecutor<'_>, id: ProjectId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM projects WHERE id = $1 AND status = 'pending_deletion'", id.0).execute(db).await?;
    Ok(())
}

/// The projects of a user's bookmarks.
pub async fn list_bookmarks(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<ProjectId>> {
    sqlx::query_scalar!(
        r#"SELECT project_id AS "project_id: ProjectId" FROM project_bookmarks WHERE user_id = $1 LIMIT $2"#,
        user_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

pub async fn insert_bookmark(db: impl PgExecutor<'_>, id: ProjectId, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO project_bookmarks (project_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        id.0,
        user_id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_bookmark(db: impl PgExecutor<'_>, id: ProjectId, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM project_bookmarks WHERE project_id = $1 AND user_id = $2", id.0, user_id.0)
        .execute(db)
        .await?;
    Ok(())
}

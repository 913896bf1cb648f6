//! Groups of members that own projects.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{MemberId, OrganizationId, ProjectId, TeamId};

/// A group of members that owns projects.
#[derive(Clone, Debug)]
pub struct Team {
    pub id: TeamId,
    pub organization_id: OrganizationId,
    pub slug: String,
    pub name: String,
    pub created_at: DateTime<Utc>,
}

const LIMIT: i64 = 1000;

pub async fn find_by_slug(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    slug: &str,
) -> sqlx::Result<Option<Team>> {
    sqlx::query_as!(
        Team,
        r#"
        SELECT id AS "id: TeamId", organization_id AS "organization_id: OrganizationId", slug, name, created_at
        FROM teams
        WHERE organization_id = $1 AND slug = $2"#,
        organization_id.0,
        slug,
    )
    .fetch_optional(db)
    .await
}

/// The organization's teams by slug.
pub async fn list(db: impl PgExecutor<'_>, organization_id: OrganizationId) -> sqlx::Result<Vec<Team>> {
    sqlx::query_as!(
        Team,
        r#"
        SELECT id AS "id: TeamId", organization_id AS "organization_id: OrganizationId", slug, name, created_at
        FROM teams
        WHERE organization_id = $1
        ORDER BY slug
        LIMIT $2"#,
        organization_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// The teams that own a project, by slug.
pub async fn list_of_project(db: impl PgExecutor<'_>, project_id: ProjectId) -> sqlx::Result<Vec<Team>> {
    sqlx::query_as!(
        Team,
        r#"
        SELECT t.id AS "id: TeamId", t.organization_id AS "organization_id: OrganizationId", t.slug, t.name, t.created_at
        FROM teams t
        JOIN project_teams pt ON pt.team_id = t.id
        WHERE pt.project_id = $1
        ORDER BY t.slug
        LIMIT $2"#,
        project_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// Which team owns which project of the organization, in one query for lists.
pub async fn list_project_links(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
) -> sqlx::Result<Vec<(ProjectId, TeamId)>> {
    let rows = sqlx::query!(
        r#"
        SELECT pt.project_id AS "project_id: ProjectId", pt.team_id AS "team_id: TeamId"
        FROM project_teams pt
        JOIN teams t ON t.id = pt.team_id
        WHERE t.organization_id = $1
        ORDER BY pt.project_id, t.slug
        LIMIT $2"#,
        organization_id.0,
        LIMIT * 10,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.project_id, row.team_id)).collect())
}

/// How many members each team of the organization has; teams without any are absent.
pub async fn count_members(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
) -> sqlx::Result<Vec<(TeamId, i64)>> {
    let rows = sqlx::query!(
        r#"
        SELECT tm.team_id AS "team_id: TeamId", count(*) AS "members!"
        FROM team_members tm
        JOIN teams t ON t.id = tm.team_id
        WHERE t.organization_id = $1
        GROUP BY tm.team_id
        LIMIT $2"#,
        organization_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.team_id, row.members)).collect())
}

/// `None` when the slug is taken; the transaction stays usable.
pub async fn insert(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    slug: &str,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Team>> {
    sqlx::query_as!(
        Team,
        r#"
        INSERT INTO teams (organization_id, slug, name, created_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT ON CONSTRAINT teams_organization_id_slug_key DO NOTHING
        RETURNING id AS "id: TeamId", organization_id AS "organization_id: OrganizationId", slug, name, created_at"#,
        organization_id.0,
        slug,
        name,
        now,
    )
    .fetch_optional(db)
    .await
}

pub async fn update_identity(db: impl PgExecutor<'_>, id: TeamId, slug: &str, name: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE teams SET slug = $2, name = $3 WHERE id = $1", id.0, slug, name).execute(db).await?;
    Ok(())
}

pub async fn delete(db: impl PgExecutor<'_>, id: TeamId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM teams WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

pub async fn insert_member(db: impl PgExecutor<'_>, id: TeamId, member_id: MemberId) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO team_members (team_id, member_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        id.0,
        member_id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_member(db: impl PgExecutor<'_>, id: TeamId, member_id: MemberId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM team_members WHERE team_id = $1 AND member_id = $2", id.0, member_id.0)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn insert_project(db: impl PgExecutor<'_>, id: TeamId, project_id: ProjectId) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO project_teams (team_id, project_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        id.0,
        project_id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_project(db: impl PgExecutor<'_>, id: TeamId, project_id: ProjectId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM project_teams WHERE team_id = $1 AND project_id = $2", id.0, project_id.0)
        .execute(db)
        .await?;
    Ok(())
}

/// A team as lists show it to one member.
#[derive(Clone, Debug)]
pub struct TeamSummary {
    pub id: TeamId,
    pub slug: String,
    pub name: String,
    pub members: i64,
    pub projects: i64,
    /// Whether the asking member is in it.
    pub is_member: bool,
}

/// The organization's teams by slug, with their sizes; `member_id` is who asks.
pub async fn list_summaries(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    member_id: Option<MemberId>,
) -> sqlx::Result<Vec<TeamSummary>> {
    sqlx::query_as!(
        TeamSummary,
        r#"
        SELECT t.id AS "id: TeamId", t.slug, t.name,
            (SELECT count(*) FROM team_members tm WHERE tm.team_id = t.id) AS "members!",
            (SELECT count(*) FROM project_teams pt WHERE pt.team_id = t.id) AS "projects!",
            EXISTS (SELECT FROM team_members tm WHERE tm.team_id = t.id AND tm.member_id = $2) AS "is_member!"
        FROM teams t
        WHERE t.organization_id = $1
        ORDER BY t.slug
        LIMIT $3"#,
        organization_id.0,
        member_id.map(|id| id.0),
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// The projects of a team.
pub async fn list_project_ids(db: impl PgExecutor<'_>, id: TeamId) -> sqlx::Result<Vec<ProjectId>> {
    sqlx::query_scalar!(
        r#"SELECT project_id AS "project_id: ProjectId" FROM project_teams WHERE team_id = $1 LIMIT $2"#,
        id.0,
        LIMIT * 10,
    )
    .fetch_all(db)
    .await
}

pub async fn has_member(db: impl PgExecutor<'_>, id: TeamId, member_id: MemberId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM team_members WHERE team_id = $1 AND member_id = $2) AS "exists!""#,
        id.0,
        member_id.0,
    )
    .fetch_one(db)
    .await
}

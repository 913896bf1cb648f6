//! Who belongs to an organization, in which role.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{MemberId, OrganizationId, ProjectId, TeamId, UserId};
use crate::types::role::Role;

/// A user's place in an organization.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: MemberId,
    pub organization_id: OrganizationId,
    pub user_id: UserId,
    pub role: Role,
    /// Sees every team's projects, whatever the role.
    pub has_global_access: bool,
    /// Role and teams come from a directory or identity provider.
    pub is_linked: bool,
    pub created_at: DateTime<Utc>,
}

/// A member with what lists show of the user.
#[derive(Clone, Debug)]
pub struct MemberWithUser {
    pub id: MemberId,
    pub user_id: UserId,
    pub role: Role,
    pub username: String,
    pub email: String,
    pub name: String,
    pub is_active: bool,
    pub last_login_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

const LIMIT: i64 = 1000;

pub async fn find(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    user_id: UserId,
) -> sqlx::Result<Option<Member>> {
    sqlx::query_as!(
        Member,
        r#"
        SELECT id AS "id: MemberId", organization_id AS "organization_id: OrganizationId",
            user_id AS "user_id!: UserId", role AS "role: Role", has_global_access, is_linked, created_at
        FROM members
        WHERE organization_id = $1 AND user_id = $2"#,
        organization_id.0,
        user_id.0,
    )
    .fetch_optional(db)
    .await
}

/// The organization's members by name.
pub async fn list(db: impl PgExecutor<'_>, organization_id: OrganizationId) -> sqlx::Result<Vec<MemberWithUser>> {
    sqlx::query_as!(
        MemberWithUser,
        r#"
        SELECT m.id AS "id: MemberId", m.user_id AS "user_id!: UserId", m.role AS "role: Role",
            u.username, u.email, u.name, u.is_active, u.last_login_at, m.created_at
        FROM members m
        JOIN users u ON u.id = m.user_id
        WHERE m.organization_id = $1
        ORDER BY lower(coalesce(nullif(u.name, ''), u.email)), m.id
        LIMIT $2"#,
        organization_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// A member who sees a project.
#[derive(Clone, Debug)]
pub struct ProjectMember {
    pub user_id: UserId,
    pub username: String,
    pub email: String,
    pub name: String,
}

/// The members who see a project, by name: those of its teams, and those who see all projects.
pub async fn list_of_project(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    project_id: ProjectId,
) -> sqlx::Result<Vec<ProjectMember>> {
    sqlx::query_as!(
        ProjectMember,
        r#"
        SELECT m.user_id AS "user_id!: UserId", u.username, u.email, u.name
        FROM members m
        JOIN users u ON u.id = m.user_id
        WHERE m.organization_id = $1 AND u.is_active
            AND (u.is_superuser OR m.role IN ('manager', 'owner') OR EXISTS (
                SELECT
                FROM project_teams pt
                JOIN team_members tm ON tm.team_id = pt.team_id
                WHERE pt.project_id = $2 AND tm.member_id = m.id))
        ORDER BY lower(coalesce(nullif(u.name, ''), u.email)), m.id
        LIMIT $3"#,
        organization_id.0,
        project_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

pub async fn list_team_ids(db: impl PgExecutor<'_>, id: MemberId) -> sqlx::Result<Vec<TeamId>> {
    sqlx::query_scalar!(
        r#"SELECT team_id AS "team_id: TeamId" FROM team_members WHERE member_id = $1 ORDER BY team_id LIMIT $2"#,
        id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// Owners who can act: those who were only invited, or were disabled, are none.
pub async fn count_owners(db: impl PgExecutor<'_>, organization_id: OrganizationId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!"
        FROM members m
        JOIN users u ON u.id = m.user_id
        WHERE m.organization_id = $1 AND m.role = 'owner' AND u.is_active"#,
        organization_id.0,
    )
    .fetch_one(db)
    .await
}

pub async fn insert(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    user_id: UserId,
    role: Role,
    now: DateTime<Utc>,
) -> sqlx::Result<MemberId> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO members (organization_id, user_id, role, created_at)
        VALUES ($1, $2, $3, $4)
        RETURNING id AS "id: MemberId""#,
        organization_id.0,
        user_id.0,
        role.as_str(),
        now,
    )
    .fetch_one(db)
    .await
}

pub async fn update_role(db: impl PgExecutor<'_>, id: MemberId, role: Role) -> sqlx::Result<()> {
    sqlx::query!("UPDATE members SET role = $2 WHERE id = $1", id.0, role.as_str()).execute(db).await?;
    Ok(())
}

pub async fn delete(db: impl PgExecutor<'_>, id: MemberId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM members WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

/// Holds back whoever else would take an owner from the organizations this person owns, until the transaction ends.
pub async fn lock_owners_of(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "
        SELECT id
        FROM members
        WHERE role = 'owner' AND organization_id IN (SELECT organization_id FROM members WHERE user_id = $1)
        ORDER BY id
        FOR UPDATE",
        user_id.0,
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// An organization that has no other active owner.
#[derive(Clone, Debug)]
pub struct SolelyOwned {
    pub organization_id: OrganizationId,
    pub slug: String,
    pub name: String,
    /// How many others are in it.
    pub others: i64,
}

/// The organizations that nobody else owns.
pub async fn list_solely_owned(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<SolelyOwned>> {
    sqlx::query_as!(
        SolelyOwned,
        r#"
        SELECT o.id AS "organization_id: OrganizationId", o.slug, o.name,
            (SELECT count(*) FROM members other JOIN users u ON u.id = other.user_id
                WHERE other.organization_id = o.id AND u.id <> $1 AND u.is_active) AS "others!"
        FROM members m
        JOIN organizations o ON o.id = m.organization_id
        WHERE m.user_id = $1 AND m.role = 'owner' AND o.status = 'active'
            AND NOT EXISTS (
                SELECT FROM members other
                JOIN users u ON u.id = other.user_id
                WHERE other.organization_id = o.id AND other.role = 'owner' AND u.id <> $1 AND u.is_active
            )
        ORDER BY o.name
        LIMIT 100"#,
        user_id.0,
    )
    .fetch_all(db)
    .await
}

/// Takes a person out of every organization.
pub async fn delete_all_of_user(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "
        DELETE FROM members
        WHERE user_id = $1 AND organization_id IN (SELECT id FROM organizations WHERE status = 'active')",
        user_id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts a member into exactly these teams of the organization.
pub async fn set_teams(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    id: MemberId,
    team_ids: &[TeamId],
) -> sqlx::Result<()> {
    let team_ids: Vec<i64> = team_ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "WITH gone AS (DELETE FROM team_members WHERE member_id = $2 AND team_id <> ALL($3))
        INSERT INTO team_members (team_id, member_id)
        SELECT id, $2 FROM teams WHERE organization_id = $1 AND id = ANY($3)
        ON CONFLICT DO NOTHING",
        organization_id.0,
        id.0,
        &team_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether somebody owns an organization besides this one.
pub async fn owns_another(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    organization_id: OrganizationId,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM members m JOIN organizations o ON o.id = m.organization_id
            WHERE m.user_id = $1 AND m.role = 'owner' AND m.organization_id <> $2 AND o.status = 'active') AS "exists!""#,
        user_id.0,
        organization_id.0,
    )
    .fetch_one(db)
    .await
}

/// Holds back whoever else would take an owner from the organization, until the transaction ends.
pub async fn lock_owners(db: impl PgExecutor<'_>, organization_id: OrganizationId) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT id FROM members WHERE organization_id = $1 AND role = 'owner' ORDER BY id FOR UPDATE",
        organization_id.0,
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

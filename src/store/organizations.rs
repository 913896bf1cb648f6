//! Tenants: everything else belongs to one of them. Removed ones are found by the queries about removal only.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::Json;

use crate::types::ids::{OrganizationId, UserId};
use crate::types::organization_settings::OrganizationSettings;
use crate::types::role::Role;

/// A tenant.
#[derive(Clone, Debug)]
pub struct Organization {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    /// The role of whom nobody gave another.
    pub default_role: Role,
    /// Members see every team's projects, and join teams without asking.
    pub has_open_membership: bool,
    pub requires_two_factor: bool,
    pub settings: Json<OrganizationSettings>,
    pub created_at: DateTime<Utc>,
}

/// Lists are bounded; nobody reads more organizations than this on one page.
const LIMIT: i64 = 1000;

pub async fn find(db: impl PgExecutor<'_>, id: OrganizationId) -> sqlx::Result<Option<Organization>> {
    sqlx::query_as!(
        Organization,
        r#"
        SELECT id AS "id: OrganizationId", slug, name, default_role AS "default_role: Role", has_open_membership,
            requires_two_factor, settings AS "settings: Json<OrganizationSettings>", created_at
        FROM organizations
        WHERE id = $1 AND status = 'active'"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

pub async fn find_by_slug(db: impl PgExecutor<'_>, slug: &str) -> sqlx::Result<Option<Organization>> {
    sqlx::query_as!(
        Organization,
        r#"
        SELECT id AS "id: OrganizationId", slug, name, default_role AS "default_role: Role", has_open_membership,
            requires_two_factor, settings AS "settings: Json<OrganizationSettings>", created_at
        FROM organizations
        WHERE slug = $1 AND status = 'active'"#,
        slug,
    )
    .fetch_optional(db)
    .await
}

/// The oldest organization: the one of a single-organization installation.
pub async fn find_default(db: impl PgExecutor<'_>) -> sqlx::Result<Option<Organization>> {
    sqlx::query_as!(
        Organization,
        r#"
        SELECT id AS "id: OrganizationId", slug, name, default_role AS "default_role: Role", has_open_membership,
            requires_two_factor, settings AS "settings: Json<OrganizationSettings>", created_at
        FROM organizations
        WHERE status = 'active'
        ORDER BY id
        LIMIT 1"#,
    )
    .fetch_optional(db)
    .await
}

/// All organizations by name, for superusers.
pub async fn list(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Organization>> {
    sqlx::query_as!(
        Organization,
        r#"
        SELECT id AS "id: OrganizationId", slug, name, default_role AS "default_role: Role", has_open_membership,
            requires_two_factor, settings AS "settings: Json<OrganizationSettings>", created_at
        FROM organizations
        WHERE status = 'active'
        ORDER BY name, id
        LIMIT $1"#,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// The organizations a user is a member of, by name.
pub async fn list_of_user(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<Organization>> {
    sqlx::query_as!(
        Organization,
        r#"
        SELECT o.id AS "id: OrganizationId", o.slug, o.name, o.default_role AS "default_role: Role", o.has_open_membership,
            o.requires_two_factor, o.settings AS "settings: Json<OrganizationSettings>", o.created_at
        FROM organizations o
        JOIN members m ON m.organization_id = o.id
        WHERE m.user_id = $1 AND o.status = 'active'
        ORDER BY o.name, o.id
        LIMIT $2"#,
        user_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// `None` when the slug is taken; the transaction stays usable.
pub async fn insert(
    db: impl PgExecutor<'_>,
    slug: &str,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Organization>> {
    sqlx::query_as!(
        Organization,
        r#"
        INSERT INTO organizations (slug, name, created_at)
        VALUES ($1, $2, $3)
        ON CONFLICT ON CONSTRAINT organizations_slug_key DO NOTHING
        RETURNING id AS "id: OrganizationId", slug, name, default_role AS "default_role: Role", has_open_membership,
            requires_two_factor, settings AS "settings: Json<OrganizationSettings>", created_at"#,
        slug,
        name,
        now,
    )
    .fetch_optional(db)
    .await
}

pub async fn update_name(db: impl PgExecutor<'_>, id: OrganizationId, name: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE organizations SET name = $2 WHERE id = $1", id.0, name).execute(db).await?;
    Ok(())
}

/// Writes everything that people may change.
pub async fn update(db: impl PgExecutor<'_>, organization: &Organization) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE organizations SET name = $2, slug = $3, default_role = $4, has_open_membership = $5,
            requires_two_factor = $6, settings = $7
        WHERE id = $1",
        organization.id.0,
        organization.name,
        organization.slug,
        organization.default_role.as_str(),
        organization.has_open_membership,
        organization.requires_two_factor,
        &organization.settings as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An organization with its sizes, as the administration lists it.
#[derive(Clone, Debug)]
pub struct OrganizationSummary {
    pub slug: String,
    pub name: String,
    pub members: i64,
    pub projects: i64,
}

/// All organizations by name, with their sizes.
pub async fn list_summaries(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<OrganizationSummary>> {
    sqlx::query_as!(
        OrganizationSummary,
        r#"
        SELECT slug, name,
            (SELECT count(*) FROM members m WHERE m.organization_id = o.id) AS "members!",
            (SELECT count(*) FROM projects p WHERE p.organization_id = o.id AND p.status = 'active') AS "projects!"
        FROM organizations o
        WHERE o.status = 'active'
        ORDER BY name, id
        LIMIT $1"#,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// Hides an organization from everyone; its rows go at `deletion_at`. `false`: it is hidden already.
pub async fn mark_for_deletion(
    db: impl PgExecutor<'_>,
    id: OrganizationId,
    deletion_at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE organizations SET status = 'pending_deletion', deletion_at = $2 WHERE id = $1 AND status = 'active'",
        id.0,
        deletion_at,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Shows it again. `false`: its rows are being deleted, or it is not removed.
pub async fn restore(db: impl PgExecutor<'_>, id: OrganizationId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE organizations SET status = 'active', deletion_at = NULL
        WHERE id = $1 AND status = 'pending_deletion' AND deletion_at > $2",
        id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// When the rows of a removed organization go, with its id.
pub async fn find_removed(
    db: impl PgExecutor<'_>,
    slug: &str,
) -> sqlx::Result<Option<(OrganizationId, DateTime<Utc>)>> {
    let row = sqlx::query!(
        r#"
        SELECT id AS "id: OrganizationId", COALESCE(deletion_at, created_at) AS "deletion_at!"
        FROM organizations
        WHERE slug = $1 AND status = 'pending_deletion'"#,
        slug,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.deletion_at)))
}

/// A removed organization, as it was.
pub async fn find_hidden(db: impl PgExecutor<'_>, id: OrganizationId) -> sqlx::Result<Option<Organization>> {
    sqlx::query_as!(
        Organization,
        r#"
        SELECT id AS "id: OrganizationId", slug, name, default_role AS "default_role: Role", has_open_membership,
            requires_two_factor, settings AS "settings: Json<OrganizationSettings>", created_at
        FROM organizations
        WHERE id = $1 AND status = 'pending_deletion'"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// The removed organizations of a user, or all, by name.
pub async fn list_removed(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    is_superuser: bool,
) -> sqlx::Result<Vec<Organization>> {
    sqlx::query_as!(
        Organization,
        r#"
        SELECT o.id AS "id: OrganizationId", o.slug, o.name, o.default_role AS "default_role: Role", o.has_open_membership,
            o.requires_two_factor, o.settings AS "settings: Json<OrganizationSettings>", o.created_at
        FROM organizations o
        WHERE o.status = 'pending_deletion' AND ($2 OR EXISTS (
            SELECT FROM members m WHERE m.organization_id = o.id AND m.user_id = $1))
        ORDER BY o.name, o.id
        LIMIT $3"#,
        user_id.0,
        is_superuser,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// The organizations whose rows are to be deleted by now.
pub async fn list_pending_deletion(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> sqlx::Result<Vec<OrganizationId>> {
    sqlx::query_scalar!(
        r#"
        SELECT id AS "id: OrganizationId" FROM organizations
        WHERE status = 'pending_deletion' AND (deletion_at IS NULL OR deletion_at <= $1)
        ORDER BY id LIMIT $2"#,
        now,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// Deletes the row of an organization that is pending deletion; rows that refer to it go along.
pub async fn delete(db: impl PgExecutor<'_>, id: OrganizationId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM organizations WHERE id = $1 AND status = 'pending_deletion'", id.0).execute(db).await?;
    Ok(())
}

//! Memberships that a directory or identity provider decides about.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{MemberId, OrganizationId, UserId};
use crate::types::role::Role;

/// The organization that settings name, by name or slug.
pub async fn find_organization(db: impl PgExecutor<'_>, named: &str) -> sqlx::Result<Option<OrganizationId>> {
    sqlx::query_scalar!(
        r#"
        SELECT id AS "id: OrganizationId" FROM organizations
        WHERE (lower(name) = lower($1) OR slug = lower($1)) AND status = 'active'
        ORDER BY name = $1 DESC, id
        LIMIT 1"#,
        named,
    )
    .fetch_optional(db)
    .await
}

/// Holds others back who would change who owns the organization.
pub async fn lock_organization(db: impl PgExecutor<'_>, id: OrganizationId) -> sqlx::Result<()> {
    sqlx::query!("SELECT id FROM organizations WHERE id = $1 FOR UPDATE", id.0).fetch_optional(db).await?;
    Ok(())
}

pub async fn insert(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    user_id: UserId,
    role: Role,
    has_global_access: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<MemberId> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO members (organization_id, user_id, role, has_global_access, is_linked, created_at)
        VALUES ($1, $2, $3, $4, TRUE, $5)
        RETURNING id AS "id: MemberId""#,
        organization_id.0,
        user_id.0,
        role.as_str(),
        has_global_access,
        now,
    )
    .fetch_one(db)
    .await
}

pub async fn update(db: impl PgExecutor<'_>, id: MemberId, role: Role, has_global_access: bool) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE members SET role = $2, has_global_access = $3, is_linked = TRUE WHERE id = $1",
        id.0,
        role.as_str(),
        has_global_access,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Who comes by another way needs the invitation no longer.
pub async fn delete_invitation(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    email: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM members WHERE organization_id = $1 AND user_id IS NULL AND lower(email) = lower($2)",
        organization_id.0,
        email,
    )
    .execute(db)
    .await?;
    Ok(())
}

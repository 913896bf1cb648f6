//! Slugs that organizations and projects had before they were renamed: their addresses lead on.

use sqlx::PgExecutor;

use crate::types::ids::{OrganizationId, ProjectId};

/// Notes a slug that an organization gives up. Who gave it up last is found by it.
pub async fn insert_of_organization(db: impl PgExecutor<'_>, slug: &str, id: OrganizationId) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO old_organization_slugs (slug, organization_id) VALUES ($1, $2)
        ON CONFLICT ON CONSTRAINT old_organization_slugs_pkey DO UPDATE SET organization_id = EXCLUDED.organization_id",
        slug,
        id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes a slug that a project gives up.
pub async fn insert_of_project(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    slug: &str,
    id: ProjectId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO old_project_slugs (organization_id, slug, project_id) VALUES ($1, $2, $3)
        ON CONFLICT ON CONSTRAINT old_project_slugs_pkey DO UPDATE SET project_id = EXCLUDED.project_id",
        organization_id.0,
        slug,
        id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The organization that had the slug. One that has it now is to be looked for before.
pub async fn find_organization(db: impl PgExecutor<'_>, slug: &str) -> sqlx::Result<Option<OrganizationId>> {
    sqlx::query_scalar!(
        r#"SELECT organization_id AS "id: OrganizationId" FROM old_organization_slugs WHERE slug = $1"#,
        slug,
    )
    .fetch_optional(db)
    .await
}

/// The project that had the slug.
pub async fn find_project(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    slug: &str,
) -> sqlx::Result<Option<ProjectId>> {
    sqlx::query_scalar!(
        r#"SELECT project_id AS "id: ProjectId" FROM old_project_slugs WHERE organization_id = $1 AND slug = $2"#,
        organization_id.0,
        slug,
    )
    .fetch_optional(db)
    .await
}

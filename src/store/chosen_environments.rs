//! The environment that somebody looks at.

use sqlx::PgExecutor;

use crate::types::ids::{OrganizationId, ProjectId, UserId};

/// Where: in a project, or in the lists of an organization.
pub type Where = (OrganizationId, Option<ProjectId>);

pub async fn find(db: impl PgExecutor<'_>, user_id: UserId, place: Where) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "SELECT environment FROM chosen_environments WHERE user_id = $1 AND organization_id = $2 AND project_id = $3",
        user_id.0,
        place.0.0,
        place.1.map_or(0, |id| id.0),
    )
    .fetch_optional(db)
    .await
}

pub async fn put(db: impl PgExecutor<'_>, user_id: UserId, place: Where, environment: &str) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO chosen_environments (user_id, organization_id, project_id, environment)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT ON CONSTRAINT chosen_environments_pkey DO UPDATE SET environment = EXCLUDED.environment"#,
        user_id.0,
        place.0.0,
        place.1.map_or(0, |id| id.0),
        environment,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All of them from now on.
pub async fn delete(db: impl PgExecutor<'_>, user_id: UserId, place: Where) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM chosen_environments WHERE user_id = $1 AND organization_id = $2 AND project_id = $3",
        user_id.0,
        place.0.0,
        place.1.map_or(0, |id| id.0),
    )
    .execute(db)
    .await?;
    Ok(())
}

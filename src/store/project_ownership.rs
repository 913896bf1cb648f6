//! Whose code is whose, as the people of a project wrote it (`pipeline::ownership`).

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::ProjectId;

/// The ownership rules of a project.
#[derive(Clone, Debug)]
pub struct ProjectOwnership {
    pub raw: String,
    /// Whether everyone owns what no rule matches.
    pub fallthrough: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn find(db: impl PgExecutor<'_>, project_id: ProjectId) -> sqlx::Result<Option<ProjectOwnership>> {
    sqlx::query_as!(
        ProjectOwnership,
        "SELECT raw, fallthrough, created_at, updated_at FROM project_ownership WHERE project_id = $1",
        project_id.0,
    )
    .fetch_optional(db)
    .await
}

pub async fn upsert(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    (raw, fallthrough): (&str, bool),
    now: DateTime<Utc>,
) -> sqlx::Result<ProjectOwnership> {
    sqlx::query_as!(
        ProjectOwnership,
        r#"
        INSERT INTO project_ownership (project_id, raw, fallthrough, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT ON CONSTRAINT project_ownership_pkey DO UPDATE SET
            raw = EXCLUDED.raw, fallthrough = EXCLUDED.fallthrough, updated_at = EXCLUDED.updated_at
        RETURNING raw, fallthrough, created_at, updated_at"#,
        project_id.0,
        raw,
        fallthrough,
        now,
    )
    .fetch_one(db)
    .await
}

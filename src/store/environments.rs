//! Environments that projects were seen in.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::ProjectId;

const LIMIT: i64 = 10_000;

/// Makes environments that aren't there; pairs are unique and sorted by the caller.
pub async fn insert_missing(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    names: &[&str],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO environments (project_id, name, created_at)
        SELECT wanted.project_id, wanted.name, $3
        FROM UNNEST($1::bigint[], $2::text[]) AS wanted (project_id, name)
        WHERE NOT EXISTS (
            SELECT FROM environments AS known WHERE known.project_id = wanted.project_id AND known.name = wanted.name
        )
        ON CONFLICT DO NOTHING"#,
        project_ids,
        names as _,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The number of an environment.
pub async fn find_id(db: impl PgExecutor<'_>, project_id: ProjectId, name: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("SELECT id FROM environments WHERE project_id = $1 AND name = $2", project_id.0, name)
        .fetch_optional(db)
        .await
}

/// The environments of some projects, by name.
pub async fn list_of_projects(db: impl PgExecutor<'_>, project_ids: &[i64]) -> sqlx::Result<Vec<(ProjectId, String)>> {
    let rows = sqlx::query!(
        r#"
        SELECT project_id AS "project_id: ProjectId", name
        FROM environments
        WHERE project_id = ANY($1)
        ORDER BY project_id, name
        LIMIT $2"#,
        project_ids,
        LIMIT,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.project_id, row.name)).collect())
}

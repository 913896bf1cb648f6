//! In which environments events of a release were seen.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

/// What a batch saw, as columns; keys are unique and sorted by the caller.
#[derive(Clone, Debug, Default)]
pub struct SeenEnvironments {
    pub release_ids: Vec<i64>,
    pub project_ids: Vec<i64>,
    pub environments: Vec<String>,
    pub first_event_at: Vec<DateTime<Utc>>,
    pub last_event_at: Vec<DateTime<Utc>>,
}

/// Notes when releases were seen.
pub async fn note(db: impl PgExecutor<'_>, seen: &SeenEnvironments) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO release_environments (release_id, project_id, environment, first_event_at, last_event_at)
        SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[])
        ON CONFLICT ON CONSTRAINT release_environments_pkey DO UPDATE SET
            first_event_at = LEAST(release_environments.first_event_at, EXCLUDED.first_event_at),
            last_event_at = GREATEST(release_environments.last_event_at, EXCLUDED.last_event_at)"#,
        &seen.release_ids,
        &seen.project_ids,
        &seen.environments,
        &seen.first_event_at,
        &seen.last_event_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

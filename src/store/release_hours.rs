//! Events per project, release and hour. Release 0 stands for events without one.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{ProjectId, ReleaseId};

/// What a batch adds, as columns; keys are unique and sorted by the caller.
#[derive(Clone, Debug, Default)]
pub struct ReleaseHours {
    pub project_ids: Vec<i64>,
    pub hours: Vec<DateTime<Utc>>,
    pub release_ids: Vec<i64>,
    pub events: Vec<i32>,
}

/// Adds to the counts.
pub async fn add(db: impl PgExecutor<'_>, counts: &ReleaseHours) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO release_hours (project_id, hour, release_id, events)
        SELECT * FROM UNNEST($1::bigint[], $2::timestamptz[], $3::bigint[], $4::integer[])
        ON CONFLICT ON CONSTRAINT release_hours_pkey DO UPDATE SET events = release_hours.events + EXCLUDED.events"#,
        &counts.project_ids,
        &counts.hours,
        &counts.release_ids,
        &counts.events,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Events of a release in buckets of some seconds, beginning at a time.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseBucket {
    pub release_id: ReleaseId,
    pub bucket: i32,
    pub events: i64,
}

/// Events of all releases of some projects since a time, release 0 being those without one.
pub async fn list_buckets(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    since: DateTime<Utc>,
    seconds: i64,
) -> sqlx::Result<Vec<ReleaseBucket>> {
    sqlx::query_as!(
        ReleaseBucket,
        r#"
        SELECT release_id AS "release_id: ReleaseId",
            floor(extract(epoch FROM hour - $2) / $3::bigint)::integer AS "bucket!", sum(events)::bigint AS "events!"
        FROM release_hours
        WHERE project_id = ANY($1) AND hour >= $2
        GROUP BY 1, 2"#,
        project_ids,
        since,
        seconds,
    )
    .fetch_all(db)
    .await
}

/// Events of some releases in some projects since a time.
pub async fn list_buckets_of(
    db: impl PgExecutor<'_>,
    release_ids: &[i64],
    project_ids: &[i64],
    (since, seconds): (DateTime<Utc>, i64),
) -> sqlx::Result<Vec<ReleaseBucket>> {
    sqlx::query_as!(
        ReleaseBucket,
        r#"
        SELECT release_id AS "release_id: ReleaseId",
            floor(extract(epoch FROM hour - $3) / $4::bigint)::integer AS "bucket!", sum(events)::bigint AS "events!"
        FROM release_hours
        WHERE release_id = ANY($1) AND release_id > 0 AND project_id = ANY($2) AND hour >= $3
        GROUP BY 1, 2"#,
        release_ids,
        project_ids,
        since,
        seconds,
    )
    .fetch_all(db)
    .await
}

/// Forgets what is older than events are kept; returns how many rows went.
pub async fn delete_before(db: impl PgExecutor<'_>, before: DateTime<Utc>, limit: i64) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        r#"
        DELETE FROM release_hours
        WHERE ctid = ANY(ARRAY(SELECT ctid FROM release_hours WHERE hour < $1 LIMIT $2))"#,
        before,
        limit,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

/// Deletes up to `limit` rows of a project; returns how many.
pub async fn delete_of_project(db: impl PgExecutor<'_>, project_id: ProjectId, limit: i64) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        "DELETE FROM release_hours
        WHERE ctid = ANY(ARRAY(SELECT ctid FROM release_hours WHERE project_id = $1 LIMIT $2))",
        project_id.0,
        limit,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

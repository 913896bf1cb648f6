//! Events of an issue per hour.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

/// Adds to the hours of issues; pairs are unique and sorted by the caller.
pub async fn add(
    db: impl PgExecutor<'_>,
    issue_ids: &[i64],
    hours: &[DateTime<Utc>],
    events: &[i32],
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_hours (issue_id, hour, events)
        SELECT * FROM UNNEST($1::bigint[], $2::timestamptz[], $3::integer[])
        ON CONFLICT ON CONSTRAINT issue_hours_pkey DO UPDATE SET events = issue_hours.events + EXCLUDED.events"#,
        issue_ids,
        hours,
        events,
    )
    .execute(db)
    .await?;
    Ok(())
}

//! Events of an issue per hour and environment.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::IssueId;

/// Adds to the hours of issues; triples are unique and sorted by the caller.
pub async fn add(
    db: impl PgExecutor<'_>,
    issue_ids: &[i64],
    hours: &[DateTime<Utc>],
    environment_ids: &[i64],
    events: &[i32],
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_hours (issue_id, hour, environment_id, events)
        SELECT * FROM UNNEST($1::bigint[], $2::timestamptz[], $3::bigint[], $4::integer[])
        ON CONFLICT ON CONSTRAINT issue_hours_pkey DO UPDATE SET events = issue_hours.events + EXCLUDED.events"#,
        issue_ids,
        hours,
        environment_ids,
        events,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes events off the hours of an issue. The caller holds it.
pub async fn take(
    db: &mut sqlx::PgConnection,
    issue_id: IssueId,
    hours: &[DateTime<Utc>],
    environment_ids: &[i64],
    events: &[i32],
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issue_hours
        SET events = issue_hours.events - taken.events
        FROM UNNEST($2::timestamptz[], $3::bigint[], $4::integer[]) AS taken (hour, environment_id, events)
        WHERE issue_hours.issue_id = $1 AND issue_hours.hour = taken.hour
            AND issue_hours.environment_id = taken.environment_id"#,
        issue_id.0,
        hours,
        environment_ids,
        events,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("DELETE FROM issue_hours WHERE issue_id = $1 AND hour = ANY($2) AND events <= 0", issue_id.0, hours)
        .execute(db)
        .await?;
    Ok(())
}

/// Events of some issues per hour since a time; an hour has a row for each environment.
pub async fn list_since(
    db: impl PgExecutor<'_>,
    issue_ids: &[i64],
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<(IssueId, DateTime<Utc>, i64)>> {
    let rows = sqlx::query!(
        r#"
        SELECT issue_id AS "issue_id: IssueId", hour, events
        FROM issue_hours
        WHERE issue_id = ANY($1) AND hour >= $2
        LIMIT 1000000"#,
        issue_ids,
        since,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.issue_id, row.hour, i64::from(row.events))).collect())
}

//! What became of requests, counted per project, key, hour and reason.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{ProjectId, ProjectKeyId};

/// What is counted together. `outcome`, `reason` and `category` are the words of ingest.md 6 and 7.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutcomeKey {
    pub project_id: ProjectId,
    pub key_id: ProjectKeyId,
    pub hour: DateTime<Utc>,
    pub outcome: &'static str,
    pub reason: String,
    pub category: &'static str,
}

/// Adds to the counters. Sorts, so that two writers cannot deadlock; keys are unique.
pub async fn add(db: impl PgExecutor<'_>, counts: &[(OutcomeKey, i64)]) -> sqlx::Result<()> {
    if counts.is_empty() {
        return Ok(());
    }
    let mut counts: Vec<&(OutcomeKey, i64)> = counts.iter().collect();
    counts.sort_unstable();
    let column = |value: fn(&OutcomeKey) -> i64| counts.iter().map(|(key, _)| value(key)).collect::<Vec<_>>();
    let texts = |value: fn(&OutcomeKey) -> &str| counts.iter().map(|(key, _)| value(key)).collect::<Vec<_>>();
    let hours: Vec<_> = counts.iter().map(|(key, _)| key.hour).collect();
    let quantities: Vec<_> = counts.iter().map(|(_, quantity)| *quantity).collect();
    sqlx::query!(
        r#"
        INSERT INTO outcomes (project_id, key_id, hour, outcome, reason, category, quantity)
        SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
            $7::bigint[])
        ON CONFLICT ON CONSTRAINT outcomes_pkey DO UPDATE SET quantity = outcomes.quantity + EXCLUDED.quantity"#,
        &column(|key| key.project_id.0),
        &column(|key| key.key_id.0),
        &hours,
        &texts(|key| key.outcome) as _,
        &texts(|key| &key.reason) as _,
        &texts(|key| key.category) as _,
        &quantities,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Accepted events of some projects per hour since a time.
pub async fn list_accepted(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<(ProjectId, DateTime<Utc>, i64)>> {
    let rows = sqlx::query!(
        r#"
        SELECT project_id AS "project_id: ProjectId", hour, sum(quantity)::bigint AS "events!"
        FROM outcomes
        WHERE project_id = ANY($1) AND hour >= $2 AND outcome = 'accepted' AND category = 'error'
        GROUP BY project_id, hour
        LIMIT 1000000"#,
        project_ids,
        since,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.project_id, row.hour, row.events)).collect())
}

/// Outcomes of an hour, summed over keys.
#[derive(Clone, Debug)]
pub struct OutcomeHour {
    pub hour: DateTime<Utc>,
    pub outcome: String,
    pub reason: String,
    pub category: String,
    pub quantity: i64,
}

/// Outcomes per hour since a time, of one project or of all.
pub async fn list_per_hour(
    db: impl PgExecutor<'_>,
    project_id: Option<ProjectId>,
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<OutcomeHour>> {
    sqlx::query_as!(
        OutcomeHour,
        r#"
        SELECT hour, outcome, reason, category, sum(quantity)::bigint AS "quantity!"
        FROM outcomes
        WHERE hour >= $2 AND ($1::bigint IS NULL OR project_id = $1)
        GROUP BY hour, outcome, reason, category
        ORDER BY hour, outcome, reason, category
        LIMIT 20000"#,
        project_id.map(|id| id.0),
        since,
    )
    .fetch_all(db)
    .await
}

/// Deletes up to `limit` counters of a project; returns how many.
pub async fn delete_of_project(db: impl PgExecutor<'_>, project_id: ProjectId, limit: i64) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        "DELETE FROM outcomes WHERE ctid = ANY(ARRAY(SELECT ctid FROM outcomes WHERE project_id = $1 LIMIT $2))",
        project_id.0,
        limit,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

/// Deletes the counters of projects that are gone: web processes may count a little longer.
pub async fn delete_homeless(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        "DELETE FROM outcomes
        WHERE project_id <> 0 AND NOT EXISTS (SELECT FROM projects WHERE projects.id = outcomes.project_id)",
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

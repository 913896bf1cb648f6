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

/// Categories whose items are events; others (attachments, sessions, what the SDK measured) are not counted among them.
const EVENTS: [&str; 3] = ["error", "default", "security"];

/// Events that became something, within a step of time.
#[derive(Clone, Debug)]
pub struct OutcomeStep {
    pub project_id: ProjectId,
    /// Counted from `since`.
    pub step: i64,
    pub outcome: String,
    pub reason: String,
    pub quantity: i64,
}

/// What became of the events of some projects from `since` to before `until`, by steps.
pub async fn list_steps(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    (since, until): (DateTime<Utc>, DateTime<Utc>),
    step_seconds: i64,
) -> sqlx::Result<Vec<OutcomeStep>> {
    sqlx::query_as!(
        OutcomeStep,
        r#"
        SELECT project_id AS "project_id: ProjectId", (EXTRACT(EPOCH FROM hour - $2)::bigint / $4::bigint) AS "step!",
            outcome, reason, sum(quantity)::bigint AS "quantity!"
        FROM outcomes
        WHERE project_id = ANY($1) AND hour >= $2 AND hour < $3 AND category = ANY($5)
        GROUP BY project_id, 2, outcome, reason
        LIMIT 500000"#,
        project_ids,
        since,
        until,
        step_seconds,
        &EVENTS as &[&str] as _,
    )
    .fetch_all(db)
    .await
}

/// Events of a key of a project that became something.
#[derive(Clone, Debug)]
pub struct OutcomeSum {
    pub project_id: ProjectId,
    pub key_id: ProjectKeyId,
    /// `None`: the key is gone, or was none of the project.
    pub key_label: Option<String>,
    pub outcome: String,
    pub reason: String,
    pub quantity: i64,
}

/// What became of the events of some projects since a time, per key and reason.
pub async fn list_sums(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<OutcomeSum>> {
    sqlx::query_as!(
        OutcomeSum,
        r#"
        SELECT sums.project_id AS "project_id!: ProjectId", sums.key_id AS "key_id!: ProjectKeyId",
            project_keys.label AS "key_label?", sums.outcome AS "outcome!", sums.reason AS "reason!",
            sums.quantity AS "quantity!"
        FROM (
            SELECT project_id, key_id, outcome, reason, sum(quantity)::bigint AS quantity
            FROM outcomes
            WHERE project_id = ANY($1) AND hour >= $2 AND category = ANY($3)
            GROUP BY project_id, key_id, outcome, reason
            LIMIT 50000
        ) AS sums
        LEFT JOIN project_keys ON project_keys.id = sums.key_id
        ORDER BY sums.project_id, sums.key_id, sums.outcome, sums.reason"#,
        project_ids,
        since,
        &EVENTS as &[&str] as _,
    )
    .fetch_all(db)
    .await
}

//! Events: narrow rows to find and count them by, and beside them the compressed bodies.

use std::collections::HashMap;
use std::io;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::event_body;
use crate::types::ids::{IssueId, ProjectId};

/// An event as stored; [`Event::json`] unpacks it.
#[derive(Clone, Debug)]
pub struct Event {
    pub project_id: ProjectId,
    pub issue_id: IssueId,
    pub event_id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    /// Bytes of the body before compression.
    pub size: i32,
    pub body: Vec<u8>,
    /// The packed body that this one is compressed against.
    pub reference: Option<Vec<u8>>,
}

impl Event {
    /// The event's JSON. Fails only if a row is damaged or written by a newer version.
    pub fn json(&self) -> io::Result<Vec<u8>> {
        event_body::unpack(&self.body, self.reference.as_deref())
    }
}

/// Events to insert, as columns.
#[derive(Clone, Debug, Default)]
pub struct NewEvents {
    pub project_ids: Vec<i64>,
    pub issue_ids: Vec<i64>,
    pub event_ids: Vec<Uuid>,
    pub occurred_at: Vec<DateTime<Utc>>,
    pub received_at: Vec<DateTime<Utc>>,
    pub hashes: Vec<Uuid>,
    pub sizes: Vec<i32>,
    /// The tags of each event as an array in PostgreSQL's notation, since arrays of arrays must be rectangular.
    pub tag_value_ids: Vec<String>,
    pub reference_ids: Vec<Option<i64>>,
    pub bodies: Vec<Vec<u8>>,
}

/// The stored ones among pairs of project and event id, in whatever week they came, with the time of their receipt.
pub async fn list_stored(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    event_ids: &[Uuid],
) -> sqlx::Result<HashMap<(ProjectId, Uuid), DateTime<Utc>>> {
    // The LIMIT keeps the planner from turning 500 probes of an index into a join that reads whole partitions.
    let rows = sqlx::query!(
        r#"
        SELECT wanted.project_id AS "project_id!: ProjectId", wanted.event_id AS "event_id!",
            stored.received_at AS "received_at!"
        FROM UNNEST($1::bigint[], $2::uuid[]) AS wanted (project_id, event_id),
            LATERAL (
                SELECT received_at
                FROM events
                WHERE events.project_id = wanted.project_id AND events.event_id = wanted.event_id
                LIMIT 1
            ) AS stored"#,
        project_ids,
        event_ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.project_id, row.event_id), row.received_at)).collect())
}

/// Inserts a batch. The unique index of the partition refuses an event that is there already.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewEvents) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        WITH bodies AS (
            INSERT INTO event_bodies (project_id, event_id, received_at, reference_id, body)
            SELECT * FROM UNNEST($1::bigint[], $3::uuid[], $5::timestamptz[], $9::bigint[], $10::bytea[])
        )
        INSERT INTO events (project_id, issue_id, event_id, occurred_at, received_at, hash, size, tag_value_ids)
        SELECT project_id, issue_id, event_id, occurred_at, received_at, hash, size, tag_value_ids::bigint[]
        FROM UNNEST($1::bigint[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::uuid[],
            $7::integer[], $8::text[]) AS new (project_id, issue_id, event_id, occurred_at, received_at, hash, size,
            tag_value_ids)"#,
        &new.project_ids,
        &new.issue_ids,
        &new.event_ids,
        &new.occurred_at,
        &new.received_at,
        &new.hashes,
        &new.sizes,
        &new.tag_value_ids,
        &new.reference_ids as _,
        &new.bodies,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An event by the id the client knows.
pub async fn find(db: impl PgExecutor<'_>, project_id: ProjectId, event_id: Uuid) -> sqlx::Result<Option<Event>> {
    sqlx::query_as!(
        Event,
        r#"
        SELECT project_id AS "project_id: ProjectId", issue_id AS "issue_id: IssueId", event_id, occurred_at,
            received_at, size, stored.body AS "body!", stored.reference
        FROM events, LATERAL stored_body(project_id, event_id, received_at) AS stored
        WHERE project_id = $1 AND event_id = $2
        LIMIT 1"#,
        project_id.0,
        event_id,
    )
    .fetch_optional(db)
    .await
}

/// When an event came, if it is stored.
pub async fn find_received_at(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    event_id: Uuid,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        "SELECT received_at FROM events WHERE project_id = $1 AND event_id = $2 LIMIT 1",
        project_id.0,
        event_id,
    )
    .fetch_optional(db)
    .await
}

/// Deletes up to `limit` events of a project received before a time; returns how many.
pub async fn delete_of_project_before(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    before: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<u64> {
    let deleted = sqlx::query_scalar!(
        r#"
        WITH gone AS (
            DELETE FROM events
            WHERE project_id = $1 AND received_at < $2 AND event_id IN (
                SELECT event_id FROM events WHERE project_id = $1 AND received_at < $2 LIMIT $3
            )
            RETURNING project_id, event_id
        ), bodies AS (
            DELETE FROM event_bodies
            WHERE event_id = ANY(ARRAY(SELECT event_id FROM gone))
                AND (project_id, event_id) IN (SELECT project_id, event_id FROM gone)
        )
        SELECT count(*) AS "count!" FROM gone"#,
        project_id.0,
        before,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok(u64::try_from(deleted).unwrap_or_default())
}

/// Deletes up to `limit` events received before a time, of whatever project; returns how many.
pub async fn delete_before(db: impl PgExecutor<'_>, before: DateTime<Utc>, limit: i64) -> sqlx::Result<u64> {
    let deleted = sqlx::query_scalar!(
        r#"
        WITH gone AS (
            DELETE FROM events
            WHERE received_at < $1 AND (project_id, event_id) IN (
                SELECT project_id, event_id FROM events WHERE received_at < $1 LIMIT $2
            )
            RETURNING project_id, event_id
        ), bodies AS (
            DELETE FROM event_bodies
            WHERE event_id = ANY(ARRAY(SELECT event_id FROM gone))
                AND (project_id, event_id) IN (SELECT project_id, event_id FROM gone)
        )
        SELECT count(*) AS "count!" FROM gone"#,
        before,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok(u64::try_from(deleted).unwrap_or_default())
}

/// Deletes up to `limit` events of issues; returns how many.
pub async fn delete_of_issues(db: impl PgExecutor<'_>, issue_ids: &[i64], limit: i64) -> sqlx::Result<u64> {
    let deleted = sqlx::query_scalar!(
        r#"
        WITH gone AS (
            DELETE FROM events
            WHERE (project_id, event_id) IN (
                SELECT project_id, event_id FROM events WHERE issue_id = ANY($1) LIMIT $2
            ) AND issue_id = ANY($1)
            RETURNING project_id, event_id
        ), bodies AS (
            DELETE FROM event_bodies
            WHERE event_id = ANY(ARRAY(SELECT event_id FROM gone))
                AND (project_id, event_id) IN (SELECT project_id, event_id FROM gone)
        )
        SELECT count(*) AS "count!" FROM gone"#,
        issue_ids,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok(u64::try_from(deleted).unwrap_or_default())
}

/// How many events were received before a time, in all or of one project.
pub async fn count_before(
    db: impl PgExecutor<'_>,
    before: DateTime<Utc>,
    project_id: Option<ProjectId>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!"
        FROM events
        WHERE received_at < $1 AND ($2::bigint IS NULL OR project_id = $2)"#,
        before,
        project_id.map(|id| id.0),
    )
    .fetch_one(db)
    .await
}

/// How many events an issue had since a time.
pub async fn count_of_issue_since(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    since: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM events WHERE issue_id = $1 AND occurred_at >= $2"#,
        issue_id.0,
        since,
    )
    .fetch_one(db)
    .await
}

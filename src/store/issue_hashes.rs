//! The hashes that lead to issues.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::types::{
    hash::EventHash,
    ids::{IssueId, ProjectId, TombstoneId},
};

/// Where a hash leads.
#[derive(Clone, Debug)]
pub struct IssueHash {
    pub project_id: ProjectId,
    pub hash: EventHash,
    /// `None` without a tombstone: known, but free.
    pub issue_id: Option<IssueId>,
    /// Events that come this way are thrown away.
    pub tombstone_id: Option<TombstoneId>,
}

/// The known ones among pairs of project and hash. Hashes of issues on their way out are free.
pub async fn list(db: impl PgExecutor<'_>, project_ids: &[i64], hashes: &[Uuid]) -> sqlx::Result<Vec<IssueHash>> {
    sqlx::query_as!(
        IssueHash,
        r#"
        SELECT known.project_id AS "project_id!: ProjectId", known.hash AS "hash!: EventHash",
            CASE WHEN issues.status NOT IN ('pending_deletion', 'pending_merge') THEN known.issue_id END
                AS "issue_id: IssueId",
            known.tombstone_id AS "tombstone_id: TombstoneId"
        FROM UNNEST($1::bigint[], $2::uuid[]) AS wanted (project_id, hash)
        JOIN issue_hashes AS known ON known.project_id = wanted.project_id AND known.hash = wanted.hash
        LEFT JOIN issues ON issues.id = known.issue_id"#,
        project_ids,
        hashes,
    )
    .fetch_all(db)
    .await
}

/// Lets free hashes lead to issues.
pub async fn attach(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    hashes: &[Uuid],
    issue_ids: &[i64],
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_hashes (project_id, hash, issue_id)
        SELECT * FROM UNNEST($1::bigint[], $2::uuid[], $3::bigint[])
        ON CONFLICT ON CONSTRAINT issue_hashes_pkey
            DO UPDATE SET issue_id = EXCLUDED.issue_id WHERE issue_hashes.tombstone_id IS NULL"#,
        project_ids,
        hashes,
        issue_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The hashes that lead to an issue.
pub async fn list_of_issue(db: impl PgExecutor<'_>, issue_id: IssueId) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("SELECT hash FROM issue_hashes WHERE issue_id = $1 ORDER BY hash LIMIT 10000", issue_id.0)
        .fetch_all(db)
        .await
}

/// Newest events of an issue that are looked at for its hashes.
pub const MAX_EVENTS: i64 = 10_000;

/// A hash of an issue, with the newest stored events that it decided about.
#[derive(Clone, Debug)]
pub struct HashEvents {
    pub hash: Uuid,
    pub is_locked: bool,
    /// Among the newest [`MAX_EVENTS`].
    pub events: i64,
    /// The newest of them.
    pub event_id: Option<Uuid>,
    pub occurred_at: Option<DateTime<Utc>>,
}

/// The hashes of an issue, those of the most events first.
pub async fn list_events(db: impl PgExecutor<'_>, issue_id: IssueId, limit: i64) -> sqlx::Result<Vec<HashEvents>> {
    sqlx::query_as!(
        HashEvents,
        r#"
        SELECT issue_hashes.hash, issue_hashes.is_locked, COALESCE(counted.events, 0) AS "events!",
            counted.event_id AS "event_id?", counted.occurred_at AS "occurred_at?"
        FROM issue_hashes
        LEFT JOIN (
            SELECT hash, count(*) AS events, max(occurred_at) AS occurred_at,
                (array_agg(event_id ORDER BY occurred_at DESC))[1] AS event_id
            FROM (
                SELECT hash, occurred_at, event_id FROM events
                WHERE issue_id = $1
                ORDER BY occurred_at DESC
                LIMIT $3
            ) AS newest
            GROUP BY hash
        ) AS counted ON counted.hash = issue_hashes.hash
        WHERE issue_hashes.issue_id = $1
        ORDER BY COALESCE(counted.events, 0) DESC, issue_hashes.hash
        LIMIT $2"#,
        issue_id.0,
        limit,
        MAX_EVENTS,
    )
    .fetch_all(db)
    .await
}

/// How many stored events of an issue some hashes decided about: all of them are looked at.
pub async fn count_events(db: impl PgExecutor<'_>, issue_id: IssueId, hashes: &[Uuid]) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM events WHERE issue_id = $1 AND hash = ANY($2)"#,
        issue_id.0,
        hashes,
    )
    .fetch_one(db)
    .await
}

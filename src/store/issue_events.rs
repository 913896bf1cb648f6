//! The stored events of an issue for its page: one by its number, those around one, a page of them. The newest and the
//! oldest are in `event_lists`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::event_lists::EventPlace;
use super::events::Event;
use crate::types::ids::{IssueId, ProjectId};

/// What lies around an event.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    pub oldest: Option<Uuid>,
    pub older: Option<Uuid>,
    pub newer: Option<Uuid>,
    pub newest: Option<Uuid>,
}

/// The nth stored event, the oldest is the first.
pub async fn find_nth(db: impl PgExecutor<'_>, issue_id: IssueId, n: i64) -> sqlx::Result<Option<EventPlace>> {
    sqlx::query_as!(
        EventPlace,
        r#"
        SELECT event_id, occurred_at FROM events
        WHERE issue_id = $1 ORDER BY occurred_at, event_id OFFSET $2 LIMIT 1"#,
        issue_id.0,
        n - 1,
    )
    .fetch_optional(db)
    .await
}

/// An event of the issue at a known time, whole.
pub async fn find(db: impl PgExecutor<'_>, issue_id: IssueId, place: EventPlace) -> sqlx::Result<Option<Event>> {
    sqlx::query_as!(
        Event,
        r#"
        SELECT project_id AS "project_id: ProjectId", issue_id AS "issue_id: IssueId", event_id, occurred_at,
            received_at, size, stored.body AS "body!", stored.reference
        FROM events, LATERAL stored_body(project_id, event_id, received_at) AS stored
        WHERE issue_id = $1 AND occurred_at = $2 AND event_id = $3
        LIMIT 1"#,
        issue_id.0,
        place.occurred_at,
        place.event_id,
    )
    .fetch_optional(db)
    .await
}

/// The events around one, by time and then by id.
pub async fn find_neighbours(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    place: EventPlace,
) -> sqlx::Result<Neighbours> {
    sqlx::query_as!(
        Neighbours,
        r#"
        SELECT
            (SELECT event_id FROM events WHERE issue_id = $1
                ORDER BY occurred_at, event_id LIMIT 1) AS oldest,
            (SELECT event_id FROM events WHERE issue_id = $1 AND occurred_at <= $2 AND (occurred_at, event_id) < ($2, $3)
                ORDER BY occurred_at DESC, event_id DESC LIMIT 1) AS older,
            (SELECT event_id FROM events WHERE issue_id = $1 AND occurred_at >= $2 AND (occurred_at, event_id) > ($2, $3)
                ORDER BY occurred_at, event_id LIMIT 1) AS newer,
            (SELECT event_id FROM events WHERE issue_id = $1
                ORDER BY occurred_at DESC, event_id DESC LIMIT 1) AS newest"#,
        issue_id.0,
        place.occurred_at,
        place.event_id,
    )
    .fetch_one(db)
    .await
}

/// How many events are stored, and how many of them up to one; both counted up to `limit`.
pub async fn count(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    up_to: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"
        SELECT count(*) AS "stored!", count(*) FILTER (WHERE occurred_at <= $2) AS "up_to!"
        FROM (SELECT occurred_at FROM events WHERE issue_id = $1 LIMIT $3) AS counted"#,
        issue_id.0,
        up_to,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok((row.stored, row.up_to))
}

/// Which tags events must have and must not have, as ids of their values; empty lists ask for nothing.
#[derive(Clone, Debug, Default)]
pub struct TagFilter {
    pub all_of: Vec<i64>,
    pub any_of: Vec<i64>,
    pub none_of: Vec<i64>,
    /// Between which times the issue was seen with what is asked for.
    pub first: Option<DateTime<Utc>>,
    pub last: Option<DateTime<Utc>>,
}

impl TagFilter {
    /// Nothing before or after these times can match.
    pub fn narrow(&mut self, first: DateTime<Utc>, last: DateTime<Utc>) {
        self.first = Some(self.first.map_or(first, |known| known.max(first)));
        self.last = Some(self.last.map_or(last, |known| known.min(last)));
    }
}

/// Events with certain tags before a place, the newest first.
pub async fn search_before(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    tags: &TagFilter,
    before: Option<EventPlace>,
    limit: i64,
) -> sqlx::Result<Vec<Event>> {
    sqlx::query_as!(
        Event,
        r#"
        SELECT found.project_id AS "project_id!: ProjectId", found.issue_id AS "issue_id!: IssueId",
            found.event_id AS "event_id!", found.occurred_at AS "occurred_at!", found.received_at AS "received_at!",
            found.size AS "size!", stored.body AS "body!", stored.reference
        FROM (
            SELECT project_id, issue_id, event_id, occurred_at, received_at, size
            FROM events
            WHERE issue_id = $1
                AND ($2::timestamptz IS NULL OR (occurred_at <= $2 AND (occurred_at, event_id) < ($2, $3)))
                AND occurred_at >= COALESCE($4, '-infinity'::timestamptz)
                AND occurred_at <= COALESCE($5, 'infinity'::timestamptz)
                AND tag_value_ids @> $6 AND (cardinality($7::bigint[]) = 0 OR tag_value_ids && $7)
                AND NOT tag_value_ids && $8
            ORDER BY occurred_at DESC, event_id DESC
            LIMIT $9
        ) AS found, LATERAL stored_body(found.project_id, found.event_id, found.received_at) AS stored
        ORDER BY found.occurred_at DESC, found.event_id DESC"#,
        issue_id.0,
        before.map(|place| place.occurred_at),
        before.map(|place| place.event_id),
        tags.first,
        tags.last,
        &tags.all_of,
        &tags.any_of,
        &tags.none_of,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Events with certain tags after a place, the oldest first.
pub async fn search_after(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    tags: &TagFilter,
    after: EventPlace,
    limit: i64,
) -> sqlx::Result<Vec<Event>> {
    sqlx::query_as!(
        Event,
        r#"
        SELECT found.project_id AS "project_id!: ProjectId", found.issue_id AS "issue_id!: IssueId",
            found.event_id AS "event_id!", found.occurred_at AS "occurred_at!", found.received_at AS "received_at!",
            found.size AS "size!", stored.body AS "body!", stored.reference
        FROM (
            SELECT project_id, issue_id, event_id, occurred_at, received_at, size
            FROM events
            WHERE issue_id = $1 AND occurred_at >= $2 AND (occurred_at, event_id) > ($2, $3)
                AND occurred_at >= COALESCE($4, '-infinity'::timestamptz)
                AND occurred_at <= COALESCE($5, 'infinity'::timestamptz)
                AND tag_value_ids @> $6 AND (cardinality($7::bigint[]) = 0 OR tag_value_ids && $7)
                AND NOT tag_value_ids && $8
            ORDER BY occurred_at, event_id
            LIMIT $9
        ) AS found, LATERAL stored_body(found.project_id, found.event_id, found.received_at) AS stored
        ORDER BY found.occurred_at, found.event_id"#,
        issue_id.0,
        after.occurred_at,
        after.event_id,
        tags.first,
        tags.last,
        &tags.all_of,
        &tags.any_of,
        &tags.none_of,
        limit,
    )
    .fetch_all(db)
    .await
}

//! Events in the order they happened: of an issue, of a project.
//!
//! A page of a list begins or ends at a time; how many events of that very time come before it is skipped.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::types::ids::{IssueId, ProjectId};

use super::events::Event;

/// Where a page of a list lies.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    pub at: DateTime<Utc>,
    pub skip: i64,
    pub limit: i64,
}

/// An event in a list of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPlace {
    pub event_id: Uuid,
    pub occurred_at: DateTime<Utc>,
}

/// Events of an issue that happened before a time, newest first.
pub async fn list_before(db: impl PgExecutor<'_>, issue_id: IssueId, slice: Slice) -> sqlx::Result<Vec<EventPlace>> {
    sqlx::query_as!(
        EventPlace,
        r#"
        SELECT event_id, occurred_at
        FROM events
        WHERE issue_id = $1 AND occurred_at < $2
        ORDER BY occurred_at DESC, event_id DESC
        OFFSET $3
        LIMIT $4"#,
        issue_id.0,
        slice.at,
        slice.skip,
        slice.limit,
    )
    .fetch_all(db)
    .await
}

/// Events of an issue that happened at a time or after it, oldest first.
pub async fn list_since(db: impl PgExecutor<'_>, issue_id: IssueId, slice: Slice) -> sqlx::Result<Vec<EventPlace>> {
    sqlx::query_as!(
        EventPlace,
        r#"
        SELECT event_id, occurred_at
        FROM events
        WHERE issue_id = $1 AND occurred_at >= $2
        ORDER BY occurred_at, event_id
        OFFSET $3
        LIMIT $4"#,
        issue_id.0,
        slice.at,
        slice.skip,
        slice.limit,
    )
    .fetch_all(db)
    .await
}

/// The newest event of an issue.
pub async fn find_latest(db: impl PgExecutor<'_>, issue_id: IssueId) -> sqlx::Result<Option<EventPlace>> {
    let everything = Slice { at: DateTime::<Utc>::MAX_UTC, skip: 0, limit: 1 };
    Ok(list_before(db, issue_id, everything).await?.pop())
}

/// The oldest event of an issue that is still stored.
pub async fn find_oldest(db: impl PgExecutor<'_>, issue_id: IssueId) -> sqlx::Result<Option<EventPlace>> {
    let everything = Slice { at: DateTime::UNIX_EPOCH, skip: 0, limit: 1 };
    Ok(list_since(db, issue_id, everything).await?.pop())
}

/// Events of a project that happened before a time, newest first; `text` is part of their issue's title or message.
///
/// Only issues have an index on time, so the events are gathered issue by issue. The newest `n` events belong to the `n`
/// issues seen last; `issues` is that bound for the first page, where nearly everybody stays.
pub async fn list_of_project_before(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    text: &str,
    slice: Slice,
    issues: i64,
) -> sqlx::Result<Vec<EventPlace>> {
    sqlx::query_as!(
        EventPlace,
        r#"
        SELECT e.event_id AS "event_id!", e.occurred_at AS "occurred_at!"
        FROM (
            SELECT id
            FROM issues
            WHERE project_id = $1 AND first_seen < $2
                AND ($3 = '' OR strpos(lower(title), lower($3)) > 0 OR strpos(lower(message), lower($3)) > 0)
            ORDER BY last_seen DESC
            LIMIT $4
        ) AS i, LATERAL (
            SELECT event_id, occurred_at
            FROM events
            WHERE issue_id = i.id AND occurred_at < $2
            ORDER BY occurred_at DESC, event_id DESC
            LIMIT $5::bigint + $6::bigint
        ) AS e
        ORDER BY e.occurred_at DESC, e.event_id DESC
        OFFSET $5
        LIMIT $6"#,
        project_id.0,
        slice.at,
        text,
        issues,
        slice.skip,
        slice.limit,
    )
    .fetch_all(db)
    .await
}

/// Events of a project that happened at a time or after it, oldest first.
pub async fn list_of_project_since(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    text: &str,
    slice: Slice,
) -> sqlx::Result<Vec<EventPlace>> {
    sqlx::query_as!(
        EventPlace,
        r#"
        SELECT e.event_id AS "event_id!", e.occurred_at AS "occurred_at!"
        FROM (
            SELECT id
            FROM issues
            WHERE project_id = $1 AND last_seen >= $2
                AND ($3 = '' OR strpos(lower(title), lower($3)) > 0 OR strpos(lower(message), lower($3)) > 0)
        ) AS i, LATERAL (
            SELECT event_id, occurred_at
            FROM events
            WHERE issue_id = i.id AND occurred_at >= $2
            ORDER BY occurred_at, event_id
            LIMIT $4::bigint + $5::bigint
        ) AS e
        ORDER BY e.occurred_at, e.event_id
        OFFSET $4
        LIMIT $5"#,
        project_id.0,
        slice.at,
        text,
        slice.skip,
        slice.limit,
    )
    .fetch_all(db)
    .await
}

/// The newest events of a project. Of issues that have many, only the newest are among them where issues are many too:
/// at most about 20,000 entries of the index are read.
pub async fn list_recent_of_project(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    limit: i64,
) -> sqlx::Result<Vec<EventPlace>> {
    sqlx::query_as!(
        EventPlace,
        r#"
        WITH recent AS (
            SELECT id
            FROM issues
            WHERE project_id = $1 AND status NOT IN ('pending_deletion', 'pending_merge')
            ORDER BY last_seen DESC
            LIMIT $2
        )
        SELECT e.event_id AS "event_id!", e.occurred_at AS "occurred_at!"
        FROM recent, LATERAL (
            SELECT event_id, occurred_at
            FROM events
            WHERE issue_id = recent.id
            ORDER BY occurred_at DESC, event_id DESC
            LIMIT LEAST($2, (SELECT 20 + 20000 / GREATEST(count(*), 1) FROM recent))
        ) AS e
        ORDER BY e.occurred_at DESC, e.event_id DESC
        LIMIT $2"#,
        project_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Whole events, newest first.
pub async fn list(db: impl PgExecutor<'_>, project_id: ProjectId, event_ids: &[Uuid]) -> sqlx::Result<Vec<Event>> {
    sqlx::query_as!(
        Event,
        r#"
        SELECT project_id AS "project_id: ProjectId", issue_id AS "issue_id: IssueId", event_id, occurred_at,
            received_at, size, stored.body AS "body!", stored.reference
        FROM events, LATERAL stored_body(project_id, event_id, received_at) AS stored
        WHERE project_id = $1 AND event_id = ANY($2)
        ORDER BY occurred_at DESC, event_id DESC"#,
        project_id.0,
        event_ids,
    )
    .fetch_all(db)
    .await
}

/// An event by its id alone, in any of some projects.
pub async fn find_in_projects(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    event_id: Uuid,
) -> sqlx::Result<Option<Event>> {
    sqlx::query_as!(
        Event,
        r#"
        SELECT project_id AS "project_id: ProjectId", issue_id AS "issue_id: IssueId", event_id, occurred_at,
            received_at, size, stored.body AS "body!", stored.reference
        FROM events, LATERAL stored_body(project_id, event_id, received_at) AS stored
        WHERE project_id = ANY($1) AND event_id = $2
        LIMIT 1"#,
        project_ids,
        event_id,
    )
    .fetch_optional(db)
    .await
}

//! An issue in one environment: a tag like others, and one that hours are kept by.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::issue_lists::IssueBucket;
use super::tag_counts::{IssueTagValue, TagValue};
use crate::types::ids::{IssueId, TagValueId};

/// Events looked at to tell how they spread over tags.
pub const MAX_EVENTS: i64 = 1_000;

/// What an issue had there.
#[derive(Clone, Debug)]
pub struct IssueEnvironment {
    pub id: TagValueId,
    pub times_seen: i64,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
}

/// `None`: it was never seen there.
pub async fn find(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    environment: &str,
) -> sqlx::Result<Option<IssueEnvironment>> {
    sqlx::query_as!(
        IssueEnvironment,
        r#"
        SELECT tag_values.id AS "id: TagValueId", issue_tags.times_seen::bigint AS "times_seen!",
            issue_tags.first_seen, issue_tags.last_seen
        FROM issues
        JOIN tag_values ON tag_values.project_id = issues.project_id
        JOIN issue_tags ON issue_tags.issue_id = issues.id AND issue_tags.tag_value_id = tag_values.id
        WHERE issues.id = $1 AND tag_values.key = 'environment' AND tag_values.value = $2"#,
        issue_id.0,
        environment,
    )
    .fetch_optional(db)
    .await
}

/// A release of an issue.
#[derive(Clone, Debug)]
pub struct IssueRelease {
    pub version: String,
    /// In the issue, wherever that was.
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
}

/// The release of the event there of a moment; `None` too if that event is not stored any more.
pub async fn find_release(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    environment: TagValueId,
    occurred_at: DateTime<Utc>,
) -> sqlx::Result<Option<IssueRelease>> {
    sqlx::query_as!(
        IssueRelease,
        r#"
        SELECT tag_values.value AS version, issue_tags.first_seen, issue_tags.last_seen
        FROM events
        JOIN tag_values ON tag_values.id = ANY(events.tag_value_ids) AND tag_values.key = 'release'
        JOIN issue_tags ON issue_tags.issue_id = events.issue_id AND issue_tags.tag_value_id = tag_values.id
        WHERE events.issue_id = $1 AND events.occurred_at = $3 AND $2 = ANY(events.tag_value_ids)
        LIMIT 1"#,
        issue_id.0,
        environment.0,
        occurred_at,
    )
    .fetch_optional(db)
    .await
}

/// Events there since a time, summed by steps of `step_seconds`.
pub async fn list_buckets(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    environment: TagValueId,
    (since, step_seconds): (DateTime<Utc>, i64),
) -> sqlx::Result<Vec<IssueBucket>> {
    sqlx::query_as!(
        IssueBucket,
        r#"
        SELECT issue_id AS "issue_id!: IssueId",
            (EXTRACT(EPOCH FROM hour - $3)::bigint / $4::bigint) AS "bucket!", sum(events) AS "events!"
        FROM issue_hours
        WHERE issue_id = $1 AND environment_id = $2 AND hour >= $3
        GROUP BY issue_id, 2"#,
        issue_id.0,
        environment.0,
        since,
        step_seconds,
    )
    .fetch_all(db)
    .await
}

/// How its newest events there spread over the values of tags; the events that were looked at and are from there, too.
pub async fn list_most_seen(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    environment: TagValueId,
    limit: i64,
) -> sqlx::Result<Vec<IssueTagValue>> {
    sqlx::query_as!(
        IssueTagValue,
        r#"
        SELECT tag_values.key, tag_values.value, top.events AS "events!"
        FROM (
            SELECT tag.id, count(*) AS events
            FROM (
                SELECT tag_value_ids FROM events WHERE issue_id = $1 ORDER BY occurred_at DESC LIMIT $3
            ) AS newest, UNNEST(tag_value_ids) AS tag (id)
            WHERE $2 = ANY(tag_value_ids) AND tag.id > 0
            GROUP BY tag.id
            ORDER BY events DESC, tag.id
            LIMIT $4
        ) AS top
        JOIN tag_values ON tag_values.id = top.id
        ORDER BY tag_values.key, top.events DESC, tag_values.value"#,
        issue_id.0,
        environment.0,
        MAX_EVENTS,
        limit,
    )
    .fetch_all(db)
    .await
}

/// How its newest events there spread over the values of tags: the most frequent of each key, and how many values the
/// key has among them.
pub async fn list_top_values(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    environment: TagValueId,
    limit: i64,
) -> sqlx::Result<Vec<(TagValue, i64)>> {
    let rows = sqlx::query!(
        r#"
        SELECT ranked.id, ranked.key, ranked.value, ranked.events AS "events!", ranked.first_seen AS "first_seen!",
            ranked.last_seen AS "last_seen!", ranked.of_key AS "of_key!"
        FROM (
            SELECT tag_values.id, tag_values.key, tag_values.value, there.events, there.first_seen, there.last_seen,
                row_number() OVER (PARTITION BY tag_values.key ORDER BY there.events DESC, tag_values.id) AS place,
                count(*) OVER (PARTITION BY tag_values.key) AS of_key
            FROM (
                SELECT tag.id, count(*) AS events, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen
                FROM (
                    SELECT occurred_at, tag_value_ids FROM events
                    WHERE issue_id = $1 ORDER BY occurred_at DESC LIMIT $3
                ) AS newest, UNNEST(tag_value_ids) AS tag (id)
                WHERE $2 = ANY(tag_value_ids) AND tag.id > 0
                GROUP BY tag.id
            ) AS there
            JOIN tag_values ON tag_values.id = there.id
        ) AS ranked
        WHERE ranked.place <= $4
        ORDER BY ranked.key, ranked.place"#,
        issue_id.0,
        environment.0,
        MAX_EVENTS,
        limit,
    )
    .fetch_all(db)
    .await?;
    let values = rows.into_iter().map(|row| {
        let (events, first_seen, last_seen) = (row.events, row.first_seen, row.last_seen);
        (TagValue { id: row.id, key: row.key, value: row.value, events, first_seen, last_seen }, row.of_key)
    });
    Ok(values.collect())
}

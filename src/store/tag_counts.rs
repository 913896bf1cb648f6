//! How often issues and projects were seen with which tags.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{IssueId, ProjectId};

/// A tag's key, and how many different values it has.
#[derive(Clone, Debug)]
pub struct TagKey {
    pub key: String,
    pub values: i64,
    /// Events with the tag.
    pub events: i64,
}

/// A value of a tag, and how often it was seen.
#[derive(Clone, Debug)]
pub struct TagValue {
    pub id: i64,
    pub key: String,
    pub value: String,
    pub events: i64,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
}

/// What a list of values begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    MostEvents,
    LastSeen,
    FirstSeen,
}

/// Projects with more keys than this are not worth a longer list.
const MAX_KEYS: i64 = 1000;

/// The tags an issue was seen with, by key.
pub async fn list_keys_of_issue(db: impl PgExecutor<'_>, issue_id: IssueId) -> sqlx::Result<Vec<TagKey>> {
    sqlx::query_as!(
        TagKey,
        r#"
        SELECT v.key, count(*) AS "values!", sum(t.times_seen)::bigint AS "events!"
        FROM issue_tags t
        JOIN tag_values v ON v.id = t.tag_value_id
        WHERE t.issue_id = $1
        GROUP BY v.key
        ORDER BY v.key
        LIMIT $2"#,
        issue_id.0,
        MAX_KEYS,
    )
    .fetch_all(db)
    .await
}

/// The `limit` most frequent values of each tag of an issue.
pub async fn list_top_of_issue(db: impl PgExecutor<'_>, issue_id: IssueId, limit: i64) -> sqlx::Result<Vec<TagValue>> {
    sqlx::query_as!(
        TagValue,
        r#"
        SELECT ranked.id, ranked.key, ranked.value, ranked.events AS "events!", ranked.first_seen, ranked.last_seen
        FROM (
            SELECT v.id, v.key, v.value, t.times_seen::bigint AS events, t.first_seen, t.last_seen,
                row_number() OVER (PARTITION BY v.key ORDER BY t.times_seen DESC, v.id) AS place
            FROM issue_tags t
            JOIN tag_values v ON v.id = t.tag_value_id
            WHERE t.issue_id = $1
        ) AS ranked
        WHERE ranked.place <= $2
        ORDER BY ranked.key, ranked.place
        LIMIT $2 * $3"#,
        issue_id.0,
        limit,
        MAX_KEYS,
    )
    .fetch_all(db)
    .await
}

/// A value of a tag in an issue.
#[derive(Clone, Debug)]
pub struct IssueTagValue {
    pub key: String,
    pub value: String,
    pub events: i64,
}

/// The values an issue was seen with most, over all keys and by key, at a cost that does not grow with its users: enough
/// to show the top of each key, since a tag of kinds is seen far more often than any single user.
pub async fn list_most_seen_of_issue(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    limit: i64,
) -> sqlx::Result<Vec<IssueTagValue>> {
    sqlx::query_as!(
        IssueTagValue,
        r#"
        SELECT tag_values.key, tag_values.value, top.times_seen::bigint AS "events!"
        FROM (
            SELECT tag_value_id, times_seen
            FROM issue_tags
            WHERE issue_id = $1
            ORDER BY times_seen DESC, tag_value_id
            LIMIT $2
        ) AS top
        JOIN tag_values ON tag_values.id = top.tag_value_id
        ORDER BY tag_values.key, top.times_seen DESC, tag_values.value"#,
        issue_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The values of one tag of an issue.
pub async fn list_values_of_issue(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    key: &str,
    order: Order,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<TagValue>> {
    sqlx::query_as!(
        TagValue,
        r#"
        SELECT v.id, v.key, v.value, t.times_seen::bigint AS "events!", t.first_seen, t.last_seen
        FROM issue_tags t
        JOIN tag_values v ON v.id = t.tag_value_id
        WHERE t.issue_id = $1 AND v.key = $2
        ORDER BY CASE $3::int WHEN 0 THEN t.times_seen END DESC, CASE $3 WHEN 1 THEN t.last_seen END DESC,
            CASE $3 WHEN 2 THEN t.first_seen END DESC, v.id
        OFFSET $4
        LIMIT $5"#,
        issue_id.0,
        key,
        order as i32,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The tags of a project, by key; `events` is not counted.
pub async fn list_keys_of_project(db: impl PgExecutor<'_>, project_id: ProjectId) -> sqlx::Result<Vec<TagKey>> {
    sqlx::query_as!(
        TagKey,
        r#"
        SELECT key, count(*) AS "values!", 0::bigint AS "events!"
        FROM tag_values
        WHERE project_id = $1
        GROUP BY key
        ORDER BY key
        LIMIT $2"#,
        project_id.0,
        MAX_KEYS,
    )
    .fetch_all(db)
    .await
}

/// The values of one tag of a project that contain a text, the last seen first.
pub async fn list_values_of_project(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    key: &str,
    text: &str,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<TagValue>> {
    sqlx::query_as!(
        TagValue,
        r#"
        SELECT v.id, v.key, v.value, sum(t.times_seen)::bigint AS "events!", min(t.first_seen) AS "first_seen!",
            max(t.last_seen) AS "last_seen!"
        FROM tag_values v
        JOIN issue_tags t ON t.tag_value_id = v.id
        WHERE v.project_id = $1 AND v.key = $2 AND ($3 = '' OR strpos(lower(v.value), lower($3)) > 0)
        GROUP BY v.id
        ORDER BY max(t.last_seen) DESC, v.id
        OFFSET $4
        LIMIT $5"#,
        project_id.0,
        key,
        text,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

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

/// Values of one tag of an issue in the order of their ids, those after an id: for reading all of them piece by piece.
pub async fn list_values_of_issue_after(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    key: &str,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<TagValue>> {
    sqlx::query_as!(
        TagValue,
        r#"
        SELECT v.id, v.key, v.value, t.times_seen::bigint AS "events!", t.first_seen, t.last_seen
        FROM issue_tags t
        JOIN tag_values v ON v.id = t.tag_value_id
        WHERE t.issue_id = $1 AND t.tag_value_id > $3 AND v.key = $2
        ORDER BY t.tag_value_id
        LIMIT $4"#,
        issue_id.0,
        key,
        after,
        limit,
    )
    .fetch_all(db)
    .await
}

/// How many values a tag of an issue has.
pub async fn count_values_of_issue(db: impl PgExecutor<'_>, issue_id: IssueId, key: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!"
        FROM issue_tags t
        JOIN tag_values v ON v.id = t.tag_value_id
        WHERE t.issue_id = $1 AND v.key = $2"#,
        issue_id.0,
        key,
    )
    .fetch_one(db)
    .await
}

/// Distinct users beside each of some tag values, among the newest `events` stored events of an issue: pairs of value
/// and count. A user is the value of the tag `user`.
pub async fn count_users_beside(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    tag_value_ids: &[i64],
    events: i64,
) -> sqlx::Result<Vec<(i64, i64)>> {
    let rows = sqlx::query!(
        r#"
        WITH newest AS MATERIALIZED (
            SELECT tag_value_ids FROM events WHERE issue_id = $1 ORDER BY occurred_at DESC LIMIT $3
        ), users AS MATERIALIZED (
            SELECT id FROM tag_values
            WHERE key = 'user' AND id IN (SELECT UNNEST(tag_value_ids) FROM newest)
        )
        SELECT beside.id AS "id!", count(DISTINCT users.id) AS "users!"
        FROM newest
        CROSS JOIN LATERAL UNNEST(newest.tag_value_ids) AS beside (id)
        CROSS JOIN LATERAL UNNEST(newest.tag_value_ids) AS own (id)
        JOIN users ON users.id = own.id
        WHERE beside.id = ANY($2)
        GROUP BY beside.id"#,
        issue_id.0,
        tag_value_ids,
        events,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.users)).collect())
}

/// The values of a project that a filter `key:value` names, those that an issue was seen with: their ids, and when the
/// issue was seen with them first and last.
pub async fn list_named_of_issue(
    db: impl PgExecutor<'_>,
    (issue_id, project_id): (IssueId, ProjectId),
    key: &str,
    values: &[String],
) -> sqlx::Result<Vec<(i64, DateTime<Utc>, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        r#"
        SELECT t.tag_value_id, t.first_seen, t.last_seen
        FROM tag_values v
        JOIN issue_tags t ON t.issue_id = $1 AND t.tag_value_id = v.id
        WHERE v.project_id = $2 AND v.key = $3 AND v.value = ANY($4)"#,
        issue_id.0,
        project_id.0,
        key,
        values,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tag_value_id, row.first_seen, row.last_seen)).collect())
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

//! The tags of an issue: which values, how often.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::IssueId;

/// A value of a tag in an issue.
#[derive(Clone, Debug)]
pub struct IssueTagValue {
    pub key: String,
    pub value: String,
    pub times_seen: i32,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
}

/// The values seen most, over all keys: enough to show the top of each.
pub async fn list_top(db: impl PgExecutor<'_>, issue_id: IssueId, limit: i64) -> sqlx::Result<Vec<IssueTagValue>> {
    sqlx::query_as!(
        IssueTagValue,
        r#"
        SELECT tag_values.key, tag_values.value, top.times_seen, top.first_seen, top.last_seen
        FROM (
            SELECT tag_value_id, times_seen, first_seen, last_seen
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

/// The values of one key, those seen most first.
pub async fn list_of_key(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    key: &str,
    limit: i64,
) -> sqlx::Result<Vec<IssueTagValue>> {
    sqlx::query_as!(
        IssueTagValue,
        r#"
        SELECT tag_values.key, tag_values.value, issue_tags.times_seen, issue_tags.first_seen, issue_tags.last_seen
        FROM issue_tags
        JOIN tag_values ON tag_values.id = issue_tags.tag_value_id
        WHERE issue_tags.issue_id = $1 AND tag_values.key = $2
        ORDER BY issue_tags.times_seen DESC, tag_values.value
        LIMIT $3"#,
        issue_id.0,
        key,
        limit,
    )
    .fetch_all(db)
    .await
}

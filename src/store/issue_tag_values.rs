//! The tags an issue was seen with most, at a cost that does not grow with its users.

use sqlx::PgExecutor;

use crate::types::ids::IssueId;

/// A value of a tag in an issue.
#[derive(Clone, Debug)]
pub struct IssueTagValue {
    pub key: String,
    pub value: String,
    pub events: i64,
}

/// The values seen most, over all keys and by key: enough to show the top of each, since a tag of kinds is seen far more
/// often than any single user.
pub async fn list_top(db: impl PgExecutor<'_>, issue_id: IssueId, limit: i64) -> sqlx::Result<Vec<IssueTagValue>> {
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

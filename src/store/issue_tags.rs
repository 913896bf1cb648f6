//! How often an issue was seen with a tag value.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::IssueId;

/// Counters to add, as columns; pairs of issue and value are unique and sorted by the caller.
#[derive(Clone, Debug, Default)]
pub struct TagCounts {
    pub issue_ids: Vec<i64>,
    pub tag_value_ids: Vec<i64>,
    pub times_seen: Vec<i32>,
    pub first_seen: Vec<DateTime<Utc>>,
    pub last_seen: Vec<DateTime<Utc>>,
}

/// Adds to the counters.
pub async fn add(db: impl PgExecutor<'_>, counts: &TagCounts) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_tags (issue_id, tag_value_id, times_seen, first_seen, last_seen)
        SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::integer[], $4::timestamptz[], $5::timestamptz[])
        ON CONFLICT ON CONSTRAINT issue_tags_pkey DO UPDATE SET
            times_seen = issue_tags.times_seen + EXCLUDED.times_seen,
            first_seen = LEAST(issue_tags.first_seen, EXCLUDED.first_seen),
            last_seen = GREATEST(issue_tags.last_seen, EXCLUDED.last_seen)"#,
        &counts.issue_ids,
        &counts.tag_value_ids,
        &counts.times_seen,
        &counts.first_seen,
        &counts.last_seen,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds to the counters and tells the issue of each pair that was new: so the distinct users of an issue are counted.
pub async fn add_and_list_new(db: impl PgExecutor<'_>, counts: &TagCounts) -> sqlx::Result<Vec<IssueId>> {
    let rows = sqlx::query!(
        r#"
        INSERT INTO issue_tags (issue_id, tag_value_id, times_seen, first_seen, last_seen)
        SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::integer[], $4::timestamptz[], $5::timestamptz[])
        ON CONFLICT ON CONSTRAINT issue_tags_pkey DO UPDATE SET
            times_seen = issue_tags.times_seen + EXCLUDED.times_seen,
            first_seen = LEAST(issue_tags.first_seen, EXCLUDED.first_seen),
            last_seen = GREATEST(issue_tags.last_seen, EXCLUDED.last_seen)
        RETURNING issue_id AS "issue_id: IssueId", xmax = 0 AS "is_new!""#,
        &counts.issue_ids,
        &counts.tag_value_ids,
        &counts.times_seen,
        &counts.first_seen,
        &counts.last_seen,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().filter(|row| row.is_new).map(|row| row.issue_id).collect())
}

/// Takes counts off the tags of an issue, in the order of their ids; gives those that it has no more. The caller holds
/// the issue.
pub async fn take(
    db: &mut sqlx::PgConnection,
    issue_id: IssueId,
    tag_value_ids: &[i64],
    times: &[i32],
) -> sqlx::Result<Vec<i64>> {
    sqlx::query!(
        r#"
        UPDATE issue_tags
        SET times_seen = issue_tags.times_seen - taken.times
        FROM UNNEST($2::bigint[], $3::integer[]) AS taken (tag_value_id, times)
        WHERE issue_tags.issue_id = $1 AND issue_tags.tag_value_id = taken.tag_value_id"#,
        issue_id.0,
        tag_value_ids,
        times,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query_scalar!(
        r#"
        DELETE FROM issue_tags
        WHERE issue_id = $1 AND tag_value_id = ANY($2) AND times_seen <= 0
        RETURNING tag_value_id"#,
        issue_id.0,
        tag_value_ids,
    )
    .fetch_all(db)
    .await
}

/// Deletes the rows of issues that are deleted.
pub async fn delete_of_issues(db: impl PgExecutor<'_>, issue_ids: &[i64]) -> sqlx::Result<u64> {
    let result = sqlx::query!("DELETE FROM issue_tags WHERE issue_id = ANY($1)", issue_ids).execute(db).await?;
    Ok(result.rows_affected())
}

/// How many users met an issue since a time.
pub async fn count_users_since(db: impl PgExecutor<'_>, issue_id: IssueId, since: DateTime<Utc>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!"
        FROM issue_tags
        JOIN tag_values ON tag_values.id = issue_tags.tag_value_id
        WHERE issue_tags.issue_id = $1 AND issue_tags.last_seen >= $2 AND tag_values.key = 'user'"#,
        issue_id.0,
        since,
    )
    .fetch_one(db)
    .await
}

//! What searches may be completed with.

use sqlx::PgExecutor;

use crate::types::user_part::UserPart;

/// Issues whose tags are looked at, the last seen first.
const MAX_ISSUES: i64 = 1_000;
/// Values that are counted before the most frequent are chosen.
const MAX_VALUES: i64 = 300;

/// A value, and how many events have it.
#[derive(Clone, Debug)]
pub struct ValueCount {
    pub value: String,
    pub events: i64,
}

/// Keys of tags that contain a text, those of most issues first.
pub async fn list_keys(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    text: &str,
    limit: i64,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"
        SELECT key AS "key!"
        FROM (
            SELECT issues.tag_keys
            FROM UNNEST($1::bigint[]) AS project (id), LATERAL (
                SELECT tag_keys FROM issues
                WHERE issues.project_id = project.id AND issues.status IN ('unresolved', 'resolved', 'ignored')
                ORDER BY issues.last_seen DESC
                LIMIT $3
            ) AS issues
            LIMIT $3
        ) AS newest, UNNEST(newest.tag_keys) AS key
        WHERE strpos(lower(key), lower($2)) > 0
        GROUP BY key
        ORDER BY count(*) DESC, key
        LIMIT $4"#,
        project_ids,
        text,
        MAX_ISSUES,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Values of a tag that contain a text, the most frequent first.
pub async fn list_values(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    key: &str,
    text: &str,
    limit: i64,
) -> sqlx::Result<Vec<ValueCount>> {
    sqlx::query_as!(
        ValueCount,
        r#"
        SELECT found.value AS "value!", COALESCE(sum(counted.events), 0)::bigint AS "events!"
        FROM (
            SELECT id, value FROM tag_values
            WHERE project_id = ANY($1) AND key = $2 AND strpos(lower(value), lower($3)) > 0
            LIMIT $4
        ) AS found, LATERAL (
            SELECT sum(times_seen) AS events FROM issue_tags WHERE issue_tags.tag_value_id = found.id
        ) AS counted
        GROUP BY found.value
        ORDER BY 2 DESC, 1
        LIMIT $5"#,
        project_ids,
        key,
        text,
        MAX_VALUES,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Texts that contain a text, among those that users have as one of their parts, the most frequent first.
pub async fn list_user_parts(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    part: UserPart,
    text: &str,
    limit: i64,
) -> sqlx::Result<Vec<ValueCount>> {
    sqlx::query_as!(
        ValueCount,
        r#"
        SELECT found.value AS "value!", COALESCE(sum(counted.events), 0)::bigint AS "events!"
        FROM (
            (
                SELECT id, substr(value, length($2) + 2) AS value FROM tag_values
                WHERE project_id = ANY($1) AND key = 'user' AND starts_with(value, $2 || ':')
                    AND strpos(lower(substr(value, length($2) + 2)), lower($3)) > 0
                LIMIT $4
            )
            UNION ALL
            (
                SELECT tag_value_id, username FROM event_users
                WHERE $2 = 'username' AND project_id = ANY($1) AND username IS NOT NULL
                    AND strpos(lower(username), lower($3)) > 0
                LIMIT $4
            )
            UNION ALL
            (
                SELECT tag_value_id, email FROM event_users
                WHERE $2 = 'email' AND project_id = ANY($1) AND email IS NOT NULL
                    AND strpos(lower(email), lower($3)) > 0
                LIMIT $4
            )
            UNION ALL
            (
                SELECT tag_value_id, ip FROM event_users
                WHERE $2 = 'ip' AND project_id = ANY($1) AND ip IS NOT NULL AND strpos(lower(ip), lower($3)) > 0
                LIMIT $4
            )
        ) AS found, LATERAL (
            SELECT sum(times_seen) AS events FROM issue_tags WHERE issue_tags.tag_value_id = found.id
        ) AS counted
        GROUP BY found.value
        ORDER BY 2 DESC, 1
        LIMIT $5"#,
        project_ids,
        part.as_str(),
        text,
        MAX_VALUES,
        limit,
    )
    .fetch_all(db)
    .await
}

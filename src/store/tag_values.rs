//! Pairs of tag key and value of a project, each once.

use sqlx::PgExecutor;

use crate::types::ids::{ProjectId, TagValueId};

/// A known pair, as its place in the question's arrays.
#[derive(Clone, Debug)]
pub struct TagValuePlace {
    /// Counted from 1.
    pub place: i64,
    pub id: TagValueId,
}

/// The known ones among (project, key, value).
pub async fn list(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    keys: &[&str],
    values: &[&str],
) -> sqlx::Result<Vec<TagValuePlace>> {
    sqlx::query_as!(
        TagValuePlace,
        r#"
        SELECT wanted.place AS "place!", known.id AS "id!: TagValueId"
        FROM UNNEST($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS wanted (project_id, key, value, place)
        JOIN tag_values AS known
            ON known.project_id = wanted.project_id AND known.key = wanted.key AND known.value = wanted.value"#,
        project_ids,
        keys as _,
        values as _,
    )
    .fetch_all(db)
    .await
}

/// The keys of values.
pub async fn list_keys(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<(i64, String)>> {
    let rows = sqlx::query!("SELECT id, key FROM tag_values WHERE id = ANY($1)", ids).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.key)).collect())
}

/// Inserts new pairs and returns their ids in the same order. The caller holds the projects' locks, so nobody else
/// inserts them meanwhile.
pub async fn insert(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    keys: &[&str],
    values: &[&str],
) -> sqlx::Result<Vec<TagValueId>> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO tag_values (project_id, key, value)
        SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::text[])
        RETURNING id AS "id: TagValueId""#,
        project_ids,
        keys as _,
        values as _,
    )
    .fetch_all(db)
    .await
}

/// Deletes up to `limit` values of a project that no issue has any more, with what is known of their users; returns how
/// many. The caller holds the project's lock and advances its generation.
pub async fn delete_unused(db: impl PgExecutor<'_>, project_id: ProjectId, limit: i64) -> sqlx::Result<u64> {
    let deleted = sqlx::query_scalar!(
        r#"
        WITH gone AS (
            DELETE FROM tag_values
            WHERE id IN (
                SELECT tag_values.id
                FROM tag_values
                WHERE tag_values.project_id = $1
                    AND NOT EXISTS (SELECT FROM issue_tags WHERE issue_tags.tag_value_id = tag_values.id)
                LIMIT $2
            )
            RETURNING id
        ), users AS (
            DELETE FROM event_users WHERE tag_value_id IN (SELECT id FROM gone)
        )
        SELECT count(*) AS "count!" FROM gone"#,
        project_id.0,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok(u64::try_from(deleted).unwrap_or(0))
}

/// Deletes up to `limit` values of a project that is going, with what is known of their users; returns how many.
pub async fn delete_of_project(db: impl PgExecutor<'_>, project_id: ProjectId, limit: i64) -> sqlx::Result<u64> {
    let deleted = sqlx::query_scalar!(
        r#"
        WITH gone AS (
            DELETE FROM tag_values WHERE id IN (SELECT id FROM tag_values WHERE project_id = $1 LIMIT $2) RETURNING id
        ), users AS (
            DELETE FROM event_users WHERE tag_value_id IN (SELECT id FROM gone)
        )
        SELECT count(*) AS "count!" FROM gone"#,
        project_id.0,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok(u64::try_from(deleted).unwrap_or(0))
}

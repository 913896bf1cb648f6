//! What releases consist of.

use sqlx::{PgConnection, PgExecutor};

use crate::types::ids::ReleaseId;

/// Replaces the commits of a release; the first is the newest.
pub async fn replace(db: &mut PgConnection, release_id: ReleaseId, commit_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM release_commits WHERE release_id = $1", release_id.0).execute(&mut *db).await?;
    sqlx::query!(
        r#"
        INSERT INTO release_commits (release_id, position, commit_id)
        SELECT $1, (place - 1)::integer, id
        FROM UNNEST($2::bigint[]) WITH ORDINALITY AS wanted (id, place)"#,
        release_id.0,
        commit_ids,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

/// How many commits each of some releases has; those without any are absent.
pub async fn count(db: impl PgExecutor<'_>, release_ids: &[i64]) -> sqlx::Result<Vec<(ReleaseId, i64)>> {
    let rows = sqlx::query!(
        r#"
        SELECT release_id AS "release_id: ReleaseId", count(*) AS "commits!"
        FROM release_commits
        WHERE release_id = ANY($1)
        GROUP BY release_id"#,
        release_ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.release_id, row.commits)).collect())
}

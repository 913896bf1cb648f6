//! Where repositories stood when releases were made.

use sqlx::PgExecutor;

use crate::types::ids::ReleaseId;

/// Notes the heads of a release; repositories are unique.
pub async fn upsert(
    db: impl PgExecutor<'_>,
    release_id: ReleaseId,
    repository_ids: &[i64],
    commit_ids: &[i64],
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO release_heads (release_id, repository_id, commit_id)
        SELECT $1, head.repository_id, head.commit_id
        FROM UNNEST($2::bigint[], $3::bigint[]) AS head (repository_id, commit_id)
        ON CONFLICT ON CONSTRAINT release_heads_pkey DO UPDATE SET commit_id = EXCLUDED.commit_id"#,
        release_id.0,
        repository_ids,
        commit_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Names of repositories and the commits at which they stood, by name.
pub async fn list(db: impl PgExecutor<'_>, release_id: ReleaseId) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        r#"
        SELECT repositories.name, commits.key
        FROM release_heads
        JOIN repositories ON repositories.id = release_heads.repository_id
        JOIN commits ON commits.id = release_heads.commit_id
        WHERE release_heads.release_id = $1
        ORDER BY repositories.name"#,
        release_id.0,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.key)).collect())
}

//! What releases consist of.

use sqlx::{PgConnection, PgExecutor};

use crate::types::ids::{CommitId, ProjectId, ReleaseId};

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

/// The first release of a project that has a commit.
pub async fn find_release(
    db: impl PgExecutor<'_>,
    commit_id: CommitId,
    project_id: ProjectId,
) -> sqlx::Result<Option<(ReleaseId, String)>> {
    let row = sqlx::query!(
        r#"
        SELECT releases.id AS "id: ReleaseId", releases.version
        FROM release_commits
        JOIN releases ON releases.id = release_commits.release_id
        JOIN release_projects ON release_projects.release_id = releases.id
        WHERE release_commits.commit_id = $1 AND release_projects.project_id = $2
        ORDER BY COALESCE(releases.released_at, releases.created_at), releases.id
        LIMIT 1"#,
        commit_id.0,
        project_id.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.version)))
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

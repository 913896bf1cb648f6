//! The files that commits changed.

use sqlx::PgExecutor;

use super::commits::Commit;
use crate::types::ids::{CommitId, ReleaseId, RepositoryId};

/// Changes to write, as columns; pairs of commit and path are unique.
#[derive(Clone, Debug, Default)]
pub struct NewCommitFiles {
    pub commit_ids: Vec<i64>,
    pub paths: Vec<String>,
    /// `A`, `M` or `D`.
    pub kinds: Vec<&'static str>,
}

/// Writes changes; what a commit is known to have changed stays.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewCommitFiles) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO commit_files (commit_id, path, base_name, kind)
        SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::text[], $4::text[])
        ON CONFLICT ON CONSTRAINT commit_files_commit_id_path_key DO NOTHING"#,
        &new.commit_ids,
        &new.paths,
        &new.paths.iter().map(|path| base_name(path)).collect::<Vec<_>>(),
        &new.kinds as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A file that a commit of a release changed.
#[derive(Clone, Debug)]
pub struct CommitFile {
    pub id: i64,
    pub path: String,
    pub kind: String,
    pub message: String,
    pub repository: String,
    pub author_email: Option<String>,
    pub author_name: Option<String>,
}

/// What the commits of a release changed, the newest commit first.
pub async fn list_of_release(
    db: impl PgExecutor<'_>,
    release_id: ReleaseId,
    limit: i64,
) -> sqlx::Result<Vec<CommitFile>> {
    sqlx::query_as!(
        CommitFile,
        r#"
        SELECT commit_files.id, commit_files.path, commit_files.kind, commits.message,
            repositories.name AS repository, commit_authors.email AS "author_email?",
            commit_authors.name AS "author_name?"
        FROM release_commits
        JOIN commit_files ON commit_files.commit_id = release_commits.commit_id
        JOIN commits ON commits.id = release_commits.commit_id
        JOIN repositories ON repositories.id = commits.repository_id
        LEFT JOIN commit_authors ON commit_authors.id = commits.author_id
        WHERE release_commits.release_id = $1
        ORDER BY release_commits.position, commit_files.path
        LIMIT $2"#,
        release_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The last component of a path, in lower case: what files are found by.
pub fn base_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase()
}

/// A commit, and a file that it changed.
#[derive(Clone, Debug)]
pub struct ChangedFile {
    pub commit: Commit,
    pub path: String,
}

/// What the commits of some releases changed of files with these names, the newest commits first.
pub async fn list_by_name(
    db: impl PgExecutor<'_>,
    release_ids: &[i64],
    base_names: &[String],
    limit: i64,
) -> sqlx::Result<Vec<ChangedFile>> {
    let rows = sqlx::query!(
        r#"
        SELECT DISTINCT commits.id AS "id: CommitId", commits.repository_id AS "repository_id: RepositoryId",
            commits.key, commits.message, commits.committed_at, commit_authors.email AS "author_email?",
            commit_authors.name AS "author_name?", commit_files.path
        FROM commit_files
        JOIN release_commits ON release_commits.commit_id = commit_files.commit_id
        JOIN commits ON commits.id = commit_files.commit_id
        LEFT JOIN commit_authors ON commit_authors.id = commits.author_id
        WHERE commit_files.base_name = ANY($2) AND release_commits.release_id = ANY($1)
        ORDER BY commits.committed_at DESC, commits.id DESC
        LIMIT $3"#,
        release_ids,
        base_names,
        limit,
    )
    .fetch_all(db)
    .await?;
    let file = rows.into_iter().map(|row| ChangedFile {
        commit: Commit {
            id: row.id,
            repository_id: row.repository_id,
            key: row.key,
            message: row.message,
            committed_at: row.committed_at,
            author_email: row.author_email,
            author_name: row.author_name,
        },
        path: row.path,
    });
    Ok(file.collect())
}

//! Changes in version control.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{CommitId, OrganizationId, ReleaseId, RepositoryId};

/// Commits to write, as columns; pairs of repository and key are unique.
#[derive(Clone, Debug, Default)]
pub struct NewCommits {
    pub repository_ids: Vec<i64>,
    pub keys: Vec<String>,
    pub author_ids: Vec<Option<i64>>,
    /// Empty: what was known stays.
    pub messages: Vec<String>,
    /// The earliest that was ever said counts: who does not know says now.
    pub committed_at: Vec<DateTime<Utc>>,
}

/// Makes commits, and completes those that are there; returns repository, key and id.
pub async fn upsert(db: impl PgExecutor<'_>, new: &NewCommits) -> sqlx::Result<Vec<(RepositoryId, String, CommitId)>> {
    let rows = sqlx::query!(
        r#"
        INSERT INTO commits (repository_id, key, author_id, message, committed_at)
        SELECT *
        FROM UNNEST($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[])
            AS wanted (repository_id, key, author_id, message, committed_at)
        ORDER BY wanted.repository_id, wanted.key
        ON CONFLICT ON CONSTRAINT commits_repository_id_key_key DO UPDATE SET
            author_id = COALESCE(EXCLUDED.author_id, commits.author_id),
            message = COALESCE(NULLIF(EXCLUDED.message, ''), commits.message),
            committed_at = LEAST(EXCLUDED.committed_at, commits.committed_at)
        RETURNING repository_id AS "repository_id: RepositoryId", key, id AS "id: CommitId""#,
        &new.repository_ids,
        &new.keys,
        &new.author_ids as _,
        &new.messages,
        &new.committed_at,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.repository_id, row.key, row.id)).collect())
}

/// A commit with its author.
#[derive(Clone, Debug)]
pub struct Commit {
    pub id: CommitId,
    pub repository_id: RepositoryId,
    pub key: String,
    pub message: String,
    pub committed_at: DateTime<Utc>,
    pub author_email: Option<String>,
    pub author_name: Option<String>,
}

/// The commits of a release, the newest first.
pub async fn list_of_release(
    db: impl PgExecutor<'_>,
    release_id: ReleaseId,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<Commit>> {
    sqlx::query_as!(
        Commit,
        r#"
        SELECT commits.id AS "id: CommitId", commits.repository_id AS "repository_id: RepositoryId", commits.key,
            commits.message, commits.committed_at, commit_authors.email AS "author_email?",
            commit_authors.name AS "author_name?"
        FROM release_commits
        JOIN commits ON commits.id = release_commits.commit_id
        LEFT JOIN commit_authors ON commit_authors.id = commits.author_id
        WHERE release_commits.release_id = $1
        ORDER BY release_commits.position
        OFFSET $2 LIMIT $3"#,
        release_id.0,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The commits of a repository, the newest first.
pub async fn list_of_repository(
    db: impl PgExecutor<'_>,
    repository_id: RepositoryId,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<Commit>> {
    sqlx::query_as!(
        Commit,
        r#"
        SELECT commits.id AS "id: CommitId", commits.repository_id AS "repository_id: RepositoryId", commits.key,
            commits.message, commits.committed_at, commit_authors.email AS "author_email?",
            commit_authors.name AS "author_name?"
        FROM commits
        LEFT JOIN commit_authors ON commit_authors.id = commits.author_id
        WHERE commits.repository_id = $1
        ORDER BY commits.committed_at DESC, commits.id DESC
        OFFSET $2 LIMIT $3"#,
        repository_id.0,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The newest commit of each of some releases: the first of its list, else where its repository stood.
pub async fn list_last(db: impl PgExecutor<'_>, release_ids: &[i64]) -> sqlx::Result<Vec<(ReleaseId, Commit)>> {
    let rows = sqlx::query!(
        r#"
        SELECT wanted.id AS "release_id!: ReleaseId", commits.id AS "id!: CommitId",
            commits.repository_id AS "repository_id!: RepositoryId", commits.key AS "key!",
            commits.message AS "message!", commits.committed_at AS "committed_at!",
            commit_authors.email AS "author_email?", commit_authors.name AS "author_name?"
        FROM UNNEST($1::bigint[]) AS wanted (id)
        JOIN commits ON commits.id = COALESCE(
            (SELECT commit_id FROM release_commits WHERE release_id = wanted.id AND position = 0),
            (SELECT commit_id FROM release_heads WHERE release_id = wanted.id ORDER BY repository_id LIMIT 1)
        )
        LEFT JOIN commit_authors ON commit_authors.id = commits.author_id"#,
        release_ids,
    )
    .fetch_all(db)
    .await?;
    let last = rows.into_iter().map(|row| {
        let commit = Commit {
            id: row.id,
            repository_id: row.repository_id,
            key: row.key,
            message: row.message,
            committed_at: row.committed_at,
            author_email: row.author_email,
            author_name: row.author_name,
        };
        (row.release_id, commit)
    });
    Ok(last.collect())
}

/// A commit of an organization by its whole hash, or by the beginning of one that fits no other; in one repository where
/// it is named.
pub async fn find_by_key(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    repository: Option<&str>,
    key: &str,
) -> sqlx::Result<Option<(CommitId, String)>> {
    let rows = sqlx::query!(
        r#"
        SELECT commits.id AS "id: CommitId", commits.key
        FROM repositories
        JOIN commits ON commits.repository_id = repositories.id
        WHERE repositories.organization_id = $1 AND ($2::text IS NULL OR repositories.name = $2)
            AND commits.key >= $3 AND commits.key < $3 || chr(1114111) AND starts_with(commits.key, $3)
        ORDER BY commits.key = $3 DESC, commits.key
        LIMIT 2"#,
        organization_id.0,
        repository,
        key,
    )
    .fetch_all(db)
    .await?;
    let is_clear = rows.len() == 1 || rows.first().is_some_and(|row| row.key == key);
    Ok(rows.into_iter().next().filter(|_| is_clear).map(|row| (row.id, row.key)))
}

/// Commits by their ids, in no order.
pub async fn list(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<Commit>> {
    sqlx::query_as!(
        Commit,
        r#"
        SELECT commits.id AS "id!: CommitId", commits.repository_id AS "repository_id!: RepositoryId",
            commits.key AS "key!", commits.message AS "message!", commits.committed_at AS "committed_at!", commit_authors.email AS "author_email?",
            commit_authors.name AS "author_name?"
        FROM commits
        LEFT JOIN commit_authors ON commit_authors.id = commits.author_id
        WHERE commits.id = ANY($1)"#,
        ids,
    )
    .fetch_all(db)
    .await
}

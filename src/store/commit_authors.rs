//! People as commits name them.

use sqlx::PgExecutor;

use crate::types::ids::{CommitAuthorId, OrganizationId, ReleaseId};

/// Makes or renames authors; addresses are unique. Returns the ids by address.
pub async fn upsert(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    emails: &[&str],
    names: &[&str],
) -> sqlx::Result<Vec<(String, CommitAuthorId)>> {
    let rows = sqlx::query!(
        r#"
        INSERT INTO commit_authors (organization_id, email, name)
        SELECT $1, wanted.email, wanted.name
        FROM UNNEST($2::text[], $3::text[]) AS wanted (email, name)
        ORDER BY wanted.email
        ON CONFLICT ON CONSTRAINT commit_authors_organization_id_email_key DO UPDATE SET
            name = COALESCE(NULLIF(EXCLUDED.name, ''), commit_authors.name)
        RETURNING id AS "id: CommitAuthorId", email"#,
        organization_id.0,
        emails as _,
        names as _,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.email, row.id)).collect())
}

/// Name and address of someone who made commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitAuthor {
    pub email: String,
    pub name: String,
}

/// Who made the commits of some releases, by address.
pub async fn list_of_releases(
    db: impl PgExecutor<'_>,
    release_ids: &[i64],
) -> sqlx::Result<Vec<(ReleaseId, CommitAuthor)>> {
    let rows = sqlx::query!(
        r#"
        SELECT DISTINCT release_commits.release_id AS "release_id: ReleaseId", commit_authors.email, commit_authors.name
        FROM release_commits
        JOIN commits ON commits.id = release_commits.commit_id
        JOIN commit_authors ON commit_authors.id = commits.author_id
        WHERE release_commits.release_id = ANY($1)
        ORDER BY 1, 2"#,
        release_ids,
    )
    .fetch_all(db)
    .await?;
    let author = |email, name| CommitAuthor { email, name };
    Ok(rows.into_iter().map(|row| (row.release_id, author(row.email, row.name))).collect())
}

//! Where commits come from.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{OrganizationId, RepositoryId};

/// A repository of an organization.
#[derive(Clone, Debug)]
pub struct Repository {
    pub id: RepositoryId,
    pub organization_id: OrganizationId,
    pub name: String,
    pub url: Option<String>,
    pub provider: Option<String>,
    pub external_id: Option<String>,
    pub status: RepositoryStatus,
    pub created_at: DateTime<Utc>,
}

/// Whether a repository is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum RepositoryStatus {
    Active,
    Hidden,
}

/// What a repository is made of.
#[derive(Clone, Copy, Debug)]
pub struct NewRepository<'a> {
    pub organization_id: OrganizationId,
    pub name: &'a str,
    pub url: Option<&'a str>,
    pub provider: Option<&'a str>,
}

/// Makes a repository. A name is taken once: constraint `repositories_organization_id_name_key`.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewRepository<'_>, now: DateTime<Utc>) -> sqlx::Result<Repository> {
    sqlx::query_as!(
        Repository,
        r#"
        INSERT INTO repositories (organization_id, name, url, provider, created_at)
        VALUES ($1, $2, $3, $4, $5)
        RETURNING id AS "id: RepositoryId", organization_id AS "organization_id: OrganizationId", name, url, provider,
            external_id, status AS "status: RepositoryStatus", created_at"#,
        new.organization_id.0,
        new.name,
        new.url,
        new.provider,
        now,
    )
    .fetch_one(db)
    .await
}

/// Makes the repositories of these names that aren't there.
pub async fn insert_missing(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    names: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO repositories (organization_id, name, created_at)
        SELECT $1, name, $3
        FROM UNNEST($2::text[]) AS wanted (name)
        ON CONFLICT ON CONSTRAINT repositories_organization_id_name_key DO NOTHING"#,
        organization_id.0,
        names,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Those of these names that are there.
pub async fn list_named(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    names: &[String],
) -> sqlx::Result<Vec<Repository>> {
    sqlx::query_as!(
        Repository,
        r#"
        SELECT id AS "id: RepositoryId", organization_id AS "organization_id: OrganizationId", name, url, provider,
            external_id, status AS "status: RepositoryStatus", created_at
        FROM repositories
        WHERE organization_id = $1 AND name = ANY($2)
        ORDER BY name"#,
        organization_id.0,
        names,
    )
    .fetch_all(db)
    .await
}

/// Those of these ids that are there.
pub async fn list_by_id(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    ids: &[i64],
) -> sqlx::Result<Vec<Repository>> {
    sqlx::query_as!(
        Repository,
        r#"
        SELECT id AS "id: RepositoryId", organization_id AS "organization_id: OrganizationId", name, url, provider,
            external_id, status AS "status: RepositoryStatus", created_at
        FROM repositories
        WHERE organization_id = $1 AND id = ANY($2)"#,
        organization_id.0,
        ids,
    )
    .fetch_all(db)
    .await
}

/// The repositories of an organization by name, perhaps only those of a status.
pub async fn list(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    status: Option<RepositoryStatus>,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<Repository>> {
    sqlx::query_as!(
        Repository,
        r#"
        SELECT id AS "id: RepositoryId", organization_id AS "organization_id: OrganizationId", name, url, provider,
            external_id, status AS "status: RepositoryStatus", created_at
        FROM repositories
        WHERE organization_id = $1 AND ($2::text IS NULL OR status = $2)
        ORDER BY name
        OFFSET $3 LIMIT $4"#,
        organization_id.0,
        status as Option<RepositoryStatus>,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

pub async fn find(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    id: RepositoryId,
) -> sqlx::Result<Option<Repository>> {
    sqlx::query_as!(
        Repository,
        r#"
        SELECT id AS "id: RepositoryId", organization_id AS "organization_id: OrganizationId", name, url, provider,
            external_id, status AS "status: RepositoryStatus", created_at
        FROM repositories
        WHERE organization_id = $1 AND id = $2"#,
        organization_id.0,
        id.0,
    )
    .fetch_optional(db)
    .await
}

pub async fn update_status(db: impl PgExecutor<'_>, id: RepositoryId, status: RepositoryStatus) -> sqlx::Result<()> {
    sqlx::query!("UPDATE repositories SET status = $2 WHERE id = $1", id.0, status as RepositoryStatus)
        .execute(db)
        .await?;
    Ok(())
}

/// Deletes a repository with its commits.
pub async fn delete(db: impl PgExecutor<'_>, id: RepositoryId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM repositories WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

/// The names of an organization's repositories, by name.
pub async fn list_names(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    limit: i64,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "SELECT name FROM repositories WHERE organization_id = $1 ORDER BY name LIMIT $2",
        organization_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

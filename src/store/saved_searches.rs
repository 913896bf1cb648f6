//! Queries that were given a name, and which of them lists show at first.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{OrganizationId, ProjectId, UserId};

/// Where searches belong: to a project, or to an organization.
pub type Place = (OrganizationId, Option<ProjectId>);

#[derive(Clone, Debug)]
pub struct SavedSearch {
    pub id: i64,
    /// `None`: everybody's.
    pub user_id: Option<UserId>,
    pub name: String,
    pub query: String,
    pub created_at: DateTime<Utc>,
}

/// Nobody needs as many.
const LIMIT: i64 = 500;

/// Everybody's, and those of a person, by name.
pub async fn list(db: impl PgExecutor<'_>, place: Place, user_id: UserId) -> sqlx::Result<Vec<SavedSearch>> {
    sqlx::query_as!(
        SavedSearch,
        r#"
        SELECT id, user_id AS "user_id: UserId", name, query, created_at
        FROM saved_searches
        WHERE organization_id = $1 AND project_id IS NOT DISTINCT FROM $2 AND (user_id IS NULL OR user_id = $3)
        ORDER BY lower(name), id
        LIMIT $4"#,
        place.0.0,
        place.1.map(|id| id.0),
        user_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

pub async fn count(db: impl PgExecutor<'_>, place: Place, owner: Option<UserId>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!" FROM saved_searches
        WHERE organization_id = $1 AND project_id IS NOT DISTINCT FROM $2 AND user_id IS NOT DISTINCT FROM $3"#,
        place.0.0,
        place.1.map(|id| id.0),
        owner.map(|id| id.0),
    )
    .fetch_one(db)
    .await
}

/// Returns the new one's id; its name is the only one of its owner there (`saved_searches_name_key`).
pub async fn insert(
    db: impl PgExecutor<'_>,
    place: Place,
    owner: Option<UserId>,
    (name, query): (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO saved_searches (organization_id, project_id, user_id, name, query, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING id"#,
        place.0.0,
        place.1.map(|id| id.0),
        owner.map(|id| id.0),
        name,
        query,
        now,
    )
    .fetch_one(db)
    .await
}

pub async fn update(db: impl PgExecutor<'_>, id: i64, name: &str, query: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE saved_searches SET name = $2, query = $3 WHERE id = $1", id, name, query).execute(db).await?;
    Ok(())
}

/// Deletes a search with what refers to it.
pub async fn delete(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        WITH defaults AS (DELETE FROM default_searches WHERE search_id = $1),
            pins AS (DELETE FROM pinned_searches WHERE search_id = $1)
        DELETE FROM saved_searches WHERE id = $1"#,
        id,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The default of a person, and everybody's.
pub async fn defaults(
    db: impl PgExecutor<'_>,
    place: Place,
    user_id: UserId,
) -> sqlx::Result<(Option<i64>, Option<i64>)> {
    let rows = sqlx::query!(
        r#"
        SELECT user_id, search_id FROM default_searches
        WHERE organization_id = $1 AND project_id = $2 AND user_id IN (0, $3)"#,
        place.0.0,
        place.1.map_or(0, |id| id.0),
        user_id.0,
    )
    .fetch_all(db)
    .await?;
    let of = |wanted: i64| rows.iter().find(|row| row.user_id == wanted).map(|row| row.search_id);
    Ok((of(user_id.0), of(0)))
}

/// Makes a search the default of a person, or everybody's.
pub async fn put_default(
    db: impl PgExecutor<'_>,
    place: Place,
    user_id: Option<UserId>,
    search_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO default_searches (organization_id, project_id, user_id, search_id)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT ON CONSTRAINT default_searches_pkey DO UPDATE SET search_id = EXCLUDED.search_id"#,
        place.0.0,
        place.1.map_or(0, |id| id.0),
        user_id.map_or(0, |id| id.0),
        search_id,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The search is no default any more.
pub async fn delete_default(
    db: impl PgExecutor<'_>,
    place: Place,
    user_id: Option<UserId>,
    search_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        DELETE FROM default_searches
        WHERE organization_id = $1 AND project_id = $2 AND user_id = $3 AND search_id = $4"#,
        place.0.0,
        place.1.map_or(0, |id| id.0),
        user_id.map_or(0, |id| id.0),
        search_id,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The ids of what a person pinned.
pub async fn list_pinned(db: impl PgExecutor<'_>, place: Place, user_id: UserId) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"
        SELECT search_id FROM pinned_searches
        WHERE organization_id = $1 AND project_id = $2 AND user_id = $3
        LIMIT $4"#,
        place.0.0,
        place.1.map_or(0, |id| id.0),
        user_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

pub async fn pin(db: impl PgExecutor<'_>, place: Place, user_id: UserId, search_id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO pinned_searches (organization_id, project_id, user_id, search_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING"#,
        place.0.0,
        place.1.map_or(0, |id| id.0),
        user_id.0,
        search_id,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn unpin(db: impl PgExecutor<'_>, place: Place, user_id: UserId, search_id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        DELETE FROM pinned_searches
        WHERE organization_id = $1 AND project_id = $2 AND user_id = $3 AND search_id = $4"#,
        place.0.0,
        place.1.map_or(0, |id| id.0),
        user_id.0,
        search_id,
    )
    .execute(db)
    .await?;
    Ok(())
}

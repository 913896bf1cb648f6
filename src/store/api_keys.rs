//! Keys of organizations for the web API, as installations before user tokens have them; kept as hashes.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{ApiKeyId, OrganizationId};

/// A key of an organization.
#[derive(Clone, Debug)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub organization_id: OrganizationId,
    pub label: String,
    pub scopes: Vec<String>,
    /// Where browsers may use it from.
    pub allowed_origins: Vec<String>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A key to insert, or what changes of one.
#[derive(Clone, Debug)]
pub struct NewApiKey<'a> {
    pub label: &'a str,
    pub scopes: &'a [String],
    pub allowed_origins: &'a [String],
}

const LIMIT: i64 = 1000;

/// The key with this hash, while its organization is there.
pub async fn find_by_hash(db: impl PgExecutor<'_>, key_hash: &[u8]) -> sqlx::Result<Option<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        r#"
        SELECT k.id AS "id: ApiKeyId", k.organization_id AS "organization_id: OrganizationId", k.label, k.scopes,
            k.allowed_origins, k.last_used_at, k.created_at
        FROM api_keys k
        JOIN organizations o ON o.id = k.organization_id
        WHERE k.key_hash = $1 AND o.status = 'active'"#,
        key_hash,
    )
    .fetch_optional(db)
    .await
}

/// A key of an organization.
pub async fn find(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    id: ApiKeyId,
) -> sqlx::Result<Option<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        r#"
        SELECT id AS "id: ApiKeyId", organization_id AS "organization_id: OrganizationId", label, scopes, allowed_origins,
            last_used_at, created_at
        FROM api_keys
        WHERE id = $1 AND organization_id = $2"#,
        id.0,
        organization_id.0,
    )
    .fetch_optional(db)
    .await
}

/// The keys of an organization, newest first.
pub async fn list(db: impl PgExecutor<'_>, organization_id: OrganizationId) -> sqlx::Result<Vec<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        r#"
        SELECT id AS "id: ApiKeyId", organization_id AS "organization_id: OrganizationId", label, scopes, allowed_origins,
            last_used_at, created_at
        FROM api_keys
        WHERE organization_id = $1
        ORDER BY id DESC
        LIMIT $2"#,
        organization_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

pub async fn insert(
    db: impl PgExecutor<'_>,
    organization_id: OrganizationId,
    key_hash: &[u8],
    key: &NewApiKey<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<ApiKey> {
    sqlx::query_as!(
        ApiKey,
        r#"
        INSERT INTO api_keys (organization_id, key_hash, label, scopes, allowed_origins, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING id AS "id: ApiKeyId", organization_id AS "organization_id: OrganizationId", label, scopes,
            allowed_origins, last_used_at, created_at"#,
        organization_id.0,
        key_hash,
        key.label,
        key.scopes,
        key.allowed_origins,
        now,
    )
    .fetch_one(db)
    .await
}

pub async fn update(db: impl PgExecutor<'_>, id: ApiKeyId, key: &NewApiKey<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE api_keys SET label = $2, scopes = $3, allowed_origins = $4 WHERE id = $1",
        id.0,
        key.label,
        key.scopes,
        key.allowed_origins,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes the use, at most once a minute: a busy key would otherwise cost a write per request.
pub async fn update_last_used(db: impl PgExecutor<'_>, id: ApiKeyId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $3)",
        id.0,
        now,
        now - TimeDelta::minutes(1),
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete(db: impl PgExecutor<'_>, id: ApiKeyId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM api_keys WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

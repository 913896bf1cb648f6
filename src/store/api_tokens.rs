//! Tokens for the web API, kept as hashes.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{ApiTokenId, UserId};

/// A token for the web API.
#[derive(Clone, Debug)]
pub struct ApiToken {
    pub id: ApiTokenId,
    pub user_id: UserId,
    pub name: String,
    pub scopes: Vec<String>,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A token to insert.
#[derive(Clone, Debug)]
pub struct NewApiToken<'a> {
    pub user_id: UserId,
    pub name: &'a str,
    /// SHA-256 of the token.
    pub token_hash: &'a [u8],
    pub scopes: &'a [String],
    pub expires_at: Option<DateTime<Utc>>,
}

const LIMIT: i64 = 1000;

/// The token with this hash, unless it has expired.
pub async fn find_by_hash(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<ApiToken>> {
    sqlx::query_as!(
        ApiToken,
        r#"
        SELECT id AS "id: ApiTokenId", user_id AS "user_id: UserId", name, scopes, expires_at, last_used_at, created_at
        FROM api_tokens
        WHERE token_hash = $1 AND (expires_at IS NULL OR expires_at > $2)"#,
        token_hash,
        now,
    )
    .fetch_optional(db)
    .await
}

/// The user's tokens, newest first.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<ApiToken>> {
    sqlx::query_as!(
        ApiToken,
        r#"
        SELECT id AS "id: ApiTokenId", user_id AS "user_id: UserId", name, scopes, expires_at, last_used_at, created_at
        FROM api_tokens
        WHERE user_id = $1
        ORDER BY id DESC
        LIMIT $2"#,
        user_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

pub async fn insert(db: impl PgExecutor<'_>, token: &NewApiToken<'_>, now: DateTime<Utc>) -> sqlx::Result<ApiToken> {
    sqlx::query_as!(
        ApiToken,
        r#"
        INSERT INTO api_tokens (user_id, name, token_hash, scopes, expires_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING id AS "id: ApiTokenId", user_id AS "user_id: UserId", name, scopes, expires_at, last_used_at,
            created_at"#,
        token.user_id.0,
        token.name,
        token.token_hash,
        token.scopes,
        token.expires_at,
        now,
    )
    .fetch_one(db)
    .await
}

/// Notes the use, at most once a minute: a busy token would otherwise cost a write per request.
pub async fn update_last_used(db: impl PgExecutor<'_>, id: ApiTokenId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "
        UPDATE api_tokens
        SET last_used_at = $2
        WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $3)",
        id.0,
        now,
        now - TimeDelta::minutes(1),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes a user's own token; whether there was one.
pub async fn delete(db: impl PgExecutor<'_>, user_id: UserId, id: ApiTokenId) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("DELETE FROM api_tokens WHERE id = $1 AND user_id = $2", id.0, user_id.0).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

/// Deletes all tokens of a user.
pub async fn delete_all(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM api_tokens WHERE user_id = $1", user_id.0).execute(db).await?;
    Ok(())
}

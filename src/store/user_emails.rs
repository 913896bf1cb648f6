//! Every address of an account. The primary one is `users.email`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{UserEmailId, UserId};

/// An address of somebody.
#[derive(Clone, Debug)]
pub struct UserEmail {
    pub id: UserEmailId,
    pub email: String,
    pub is_verified: bool,
}

/// An account's addresses, oldest first.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<UserEmail>> {
    sqlx::query_as!(
        UserEmail,
        r#"
        SELECT id AS "id: UserEmailId", email, is_verified
        FROM user_emails
        WHERE user_id = $1
        ORDER BY id
        LIMIT 100"#,
        user_id.0,
    )
    .fetch_all(db)
    .await
}

/// Adds an address that waits for confirmation; `None`: the account has it already.
pub async fn insert(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    email: &str,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<UserEmailId>> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO user_emails (user_id, email, token_hash, token_created_at, created_at)
        VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT DO NOTHING
        RETURNING id AS "id: UserEmailId""#,
        user_id.0,
        email,
        token_hash,
        now,
    )
    .fetch_optional(db)
    .await
}

/// Another token for an address that is not confirmed; the one before opens nothing any more.
pub async fn update_token(
    db: impl PgExecutor<'_>,
    id: UserEmailId,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE user_emails SET token_hash = $2, token_created_at = $3 WHERE id = $1 AND NOT is_verified",
        id.0,
        token_hash,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the addresses of an account for unconfirmed.
pub async fn doubt(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE user_emails SET is_verified = FALSE, token_hash = $2, token_created_at = $3 WHERE user_id = $1",
        user_id.0,
        token_hash,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The address that a token younger than `since` confirms.
pub async fn find_by_token(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    token_hash: &[u8],
    since: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "SELECT email FROM user_emails WHERE user_id = $1 AND token_hash = $2 AND token_created_at > $3",
        user_id.0,
        token_hash,
        since,
    )
    .fetch_optional(db)
    .await
}

/// Confirms the address that a token younger than `since` stands for; its text, if there was one.
pub async fn verify(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    token_hash: &[u8],
    since: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "
        UPDATE user_emails
        SET is_verified = TRUE, token_hash = NULL, token_created_at = NULL
        WHERE user_id = $1 AND token_hash = $2 AND token_created_at > $3
        RETURNING email",
        user_id.0,
        token_hash,
        since,
    )
    .fetch_optional(db)
    .await
}

pub async fn delete(db: impl PgExecutor<'_>, user_id: UserId, id: UserEmailId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM user_emails WHERE user_id = $1 AND id = $2", user_id.0, id.0).execute(db).await?;
    Ok(())
}

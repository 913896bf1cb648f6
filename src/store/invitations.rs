//! Members who have not come in yet: an address, a role, and the hash of a token.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{MemberId, OrganizationId, UserId};
use crate::types::role::Role;

/// An invitation to insert.
#[derive(Clone, Debug)]
pub struct NewInvitation<'a> {
    pub organization_id: OrganizationId,
    pub email: &'a str,
    pub role: Role,
    pub token_hash: &'a [u8],
    pub expires_at: DateTime<Utc>,
    pub invited_by: Option<UserId>,
}

/// An invitation that waits.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub id: MemberId,
    pub organization_id: OrganizationId,
    pub email: String,
    pub role: Role,
    pub expires_at: Option<DateTime<Utc>>,
}

/// `None` when the address is invited already; the transaction stays usable.
pub async fn insert(
    db: impl PgExecutor<'_>,
    invitation: &NewInvitation<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<MemberId>> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO members (organization_id, email, role, token_hash, token_expires_at, invited_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (organization_id, lower(email)) WHERE user_id IS NULL DO NOTHING
        RETURNING id AS "id: MemberId""#,
        invitation.organization_id.0,
        invitation.email,
        invitation.role.as_str(),
        invitation.token_hash,
        invitation.expires_at,
        invitation.invited_by.map(|id| id.0),
        now,
    )
    .fetch_optional(db)
    .await
}

/// The invitation that a token opens, expired or not.
pub async fn find(db: impl PgExecutor<'_>, id: MemberId, token_hash: &[u8]) -> sqlx::Result<Option<Invitation>> {
    sqlx::query_as!(
        Invitation,
        r#"
        SELECT id AS "id: MemberId", organization_id AS "organization_id: OrganizationId", email AS "email!",
            role AS "role: Role", token_expires_at AS expires_at
        FROM members
        WHERE id = $1 AND token_hash = $2 AND user_id IS NULL"#,
        id.0,
        token_hash,
    )
    .fetch_optional(db)
    .await
}

/// Gives it another token; the one before opens nothing any more.
pub async fn update_token(
    db: impl PgExecutor<'_>,
    id: MemberId,
    token_hash: &[u8],
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE members SET token_hash = $2, token_expires_at = $3 WHERE id = $1 AND user_id IS NULL",
        id.0,
        token_hash,
        expires_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes an account the member. `false`: it was accepted or withdrawn meanwhile.
pub async fn accept(db: impl PgExecutor<'_>, id: MemberId, token_hash: &[u8], user_id: UserId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE members SET user_id = $3, email = NULL, token_hash = NULL, token_expires_at = NULL
        WHERE id = $1 AND token_hash = $2 AND user_id IS NULL",
        id.0,
        token_hash,
        user_id.0,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

//! Who asks to join a team.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{AccessRequestId, MemberId, OrganizationId, TeamId};

/// A wish that waits for somebody's decision.
#[derive(Clone, Debug)]
pub struct AccessRequest {
    pub id: AccessRequestId,
    pub team_id: TeamId,
    pub team_slug: String,
    pub member_id: MemberId,
    pub created_at: DateTime<Utc>,
}

const LIMIT: i64 = 1000;

/// Those of an organization, oldest first.
pub async fn list(db: impl PgExecutor<'_>, organization_id: OrganizationId) -> sqlx::Result<Vec<AccessRequest>> {
    sqlx::query_as!(
        AccessRequest,
        r#"
        SELECT r.id AS "id: AccessRequestId", r.team_id AS "team_id: TeamId", t.slug AS team_slug,
            r.member_id AS "member_id: MemberId", r.created_at
        FROM access_requests r
        JOIN teams t ON t.id = r.team_id
        WHERE t.organization_id = $1
        ORDER BY r.id
        LIMIT $2"#,
        organization_id.0,
        LIMIT,
    )
    .fetch_all(db)
    .await
}

/// `false`: it was asked for already.
pub async fn insert(
    db: impl PgExecutor<'_>,
    team_id: TeamId,
    member_id: MemberId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO access_requests (team_id, member_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        team_id.0,
        member_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// `false`: somebody else has decided.
pub async fn delete(db: impl PgExecutor<'_>, id: AccessRequestId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM access_requests WHERE id = $1", id.0).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

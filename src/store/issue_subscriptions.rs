//! Who is told what happens to an issue.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{IssueId, UserId};

/// A user's choice about an issue.
#[derive(Clone, Debug)]
pub struct Subscription {
    pub issue_id: IssueId,
    pub is_active: bool,
    /// `unknown`: asked for.
    pub reason: String,
}

/// What a user chose about some issues; about the others nothing.
pub async fn list_of_user(
    db: impl PgExecutor<'_>,
    issue_ids: &[i64],
    user_id: UserId,
) -> sqlx::Result<Vec<Subscription>> {
    sqlx::query_as!(
        Subscription,
        r#"
        SELECT issue_id AS "issue_id: IssueId", is_active, reason
        FROM issue_subscriptions
        WHERE issue_id = ANY($1) AND user_id = $2"#,
        issue_ids,
        user_id.0,
    )
    .fetch_all(db)
    .await
}

/// Who follows an issue, the longest first.
pub async fn list_subscribers(db: impl PgExecutor<'_>, issue_id: IssueId, limit: i64) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"
        SELECT user_id AS "user_id: UserId"
        FROM issue_subscriptions
        WHERE issue_id = $1 AND is_active
        ORDER BY created_at, user_id
        LIMIT $2"#,
        issue_id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Lets a user follow issues for a reason, unless they chose already; returns the issues where this is new.
pub async fn insert_missing(
    db: impl PgExecutor<'_>,
    issue_ids: &[i64],
    user_id: UserId,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<IssueId>> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO issue_subscriptions (issue_id, user_id, is_active, reason, created_at)
        SELECT issue_id, $2, TRUE, $3, $4 FROM UNNEST($1::bigint[]) AS new (issue_id)
        ON CONFLICT ON CONSTRAINT issue_subscriptions_pkey DO NOTHING
        RETURNING issue_id AS "issue_id: IssueId""#,
        issue_ids,
        user_id.0,
        reason,
        now,
    )
    .fetch_all(db)
    .await
}

/// Forgets what users chose about issues; pairs as columns.
pub async fn delete(db: impl PgExecutor<'_>, issue_ids: &[i64], user_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        DELETE FROM issue_subscriptions
        WHERE (issue_id, user_id) IN (SELECT * FROM UNNEST($1::bigint[], $2::bigint[]))"#,
        issue_ids,
        user_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that a user asked to follow issues, or not to.
pub async fn upsert(
    db: impl PgExecutor<'_>,
    issue_ids: &[i64],
    user_id: UserId,
    is_active: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_subscriptions (issue_id, user_id, is_active, reason, created_at)
        SELECT issue_id, $2, $3, 'unknown', $4 FROM UNNEST($1::bigint[]) AS new (issue_id)
        ON CONFLICT ON CONSTRAINT issue_subscriptions_pkey DO UPDATE SET is_active = EXCLUDED.is_active"#,
        issue_ids,
        user_id.0,
        is_active,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has people follow an issue because of what they did or what was done to them; what they chose before stands.
pub async fn subscribe(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    user_ids: &[i64],
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_subscriptions (issue_id, user_id, is_active, reason, created_at)
        SELECT $1, user_id, TRUE, $3, $4 FROM UNNEST($2::bigint[]) AS new (user_id)
        ON CONFLICT ON CONSTRAINT issue_subscriptions_pkey DO NOTHING"#,
        issue_id.0,
        user_ids,
        reason,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has everybody in some teams follow an issue, because it was brought to their team.
pub async fn subscribe_teams(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    team_ids: &[i64],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_subscriptions (issue_id, user_id, is_active, reason, created_at)
        SELECT DISTINCT $1::bigint, members.user_id, TRUE, 'team_mentioned', $3::timestamptz
        FROM team_members
        JOIN members ON members.id = team_members.member_id
        JOIN users ON users.id = members.user_id
        WHERE team_members.team_id = ANY($2) AND users.is_active
        ON CONFLICT ON CONSTRAINT issue_subscriptions_pkey DO NOTHING"#,
        issue_id.0,
        team_ids,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

//! What people change of issues, and how it was before, so that it can be taken back.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgExecutor;

use crate::types::ids::{CommitId, IssueId, ProjectId, TeamId, UserId};
use crate::types::lifecycle::{ResolutionKind, Snooze};

/// Everything a person can change of an issue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IssueState {
    pub id: IssueId,
    pub project_id: ProjectId,
    pub status: String,
    pub times_seen: i64,
    pub users_seen: i64,
    pub active_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub is_regressed: bool,
    pub assignee_user_id: Option<UserId>,
    pub assignee_team_id: Option<TeamId>,
    /// The rows of `issue_resolutions` and `issue_snoozes`.
    pub resolution: Option<Value>,
    pub snooze: Option<Value>,
    /// When the person who changes bookmarked it, if they did.
    pub bookmarked_at: Option<DateTime<Utc>>,
    /// When they last looked at it.
    pub seen_at: Option<DateTime<Utc>>,
    /// Their row of `issue_subscriptions`.
    pub subscription: Option<Value>,
}

impl IssueState {
    /// Whether the person follows the issue; `None`: they did not choose.
    pub fn is_subscribed(&self) -> Option<bool> {
        self.subscription.as_ref()?.get("is_active")?.as_bool()
    }
}

/// Locks issues in the order of their ids; those that are deleted or on their way out are absent.
pub async fn lock(db: impl PgExecutor<'_>, ids: &[i64], user_id: UserId) -> sqlx::Result<Vec<IssueState>> {
    sqlx::query_as!(
        IssueState,
        r#"
        SELECT issues.id AS "id!: IssueId", issues.project_id AS "project_id!: ProjectId", issues.status AS "status!",
            issues.times_seen AS "times_seen!", issues.users_seen AS "users_seen!", issues.active_at AS "active_at!",
            issues.resolved_at, issues.is_regressed AS "is_regressed!",
            issues.assignee_user_id AS "assignee_user_id: UserId", issues.assignee_team_id AS "assignee_team_id: TeamId",
            (SELECT to_jsonb(issue_resolutions) FROM issue_resolutions WHERE issue_id = issues.id) AS resolution,
            (SELECT to_jsonb(issue_snoozes) FROM issue_snoozes WHERE issue_id = issues.id) AS snooze,
            (SELECT created_at FROM issue_bookmarks WHERE issue_id = issues.id AND user_id = $2) AS bookmarked_at,
            (SELECT seen_at FROM issue_views WHERE issue_id = issues.id AND user_id = $2) AS seen_at,
            (SELECT to_jsonb(issue_subscriptions) FROM issue_subscriptions
                WHERE issue_id = issues.id AND user_id = $2) AS subscription
        FROM issues
        WHERE issues.id = ANY($1) AND issues.status NOT IN ('pending_deletion', 'pending_merge')
        ORDER BY issues.id
        FOR NO KEY UPDATE OF issues"#,
        ids,
        user_id.0,
    )
    .fetch_all(db)
    .await
}

/// Resolves issues. The caller writes how to `issue_resolutions`.
pub async fn resolve(db: impl PgExecutor<'_>, ids: &[i64], now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE issues SET status = 'resolved', resolved_at = $2, is_regressed = FALSE WHERE id = ANY($1)",
        ids,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes issues unresolved.
pub async fn unresolve(db: impl PgExecutor<'_>, ids: &[i64], now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issues
        SET status = 'unresolved', resolved_at = NULL, active_at = $2, is_regressed = FALSE
        WHERE id = ANY($1)"#,
        ids,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ignores issues. The caller writes until when to `issue_snoozes`.
pub async fn ignore(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE issues SET status = 'ignored', resolved_at = NULL, is_regressed = FALSE WHERE id = ANY($1)",
        ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes issues out of every list; a job deletes them.
pub async fn mark_deleted(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!("UPDATE issues SET status = 'pending_deletion' WHERE id = ANY($1)", ids).execute(db).await?;
    Ok(())
}

/// Assigns issues to a person, a team or nobody.
pub async fn assign(
    db: impl PgExecutor<'_>,
    ids: &[i64],
    user_id: Option<UserId>,
    team_id: Option<TeamId>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE issues SET assignee_user_id = $2, assignee_team_id = $3 WHERE id = ANY($1)",
        ids,
        user_id.map(|id| id.0),
        team_id.map(|id| id.0),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets in which release issues were resolved and until when they are ignored.
pub async fn clear_conditions(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        WITH resolutions AS (DELETE FROM issue_resolutions WHERE issue_id = ANY($1))
        DELETE FROM issue_snoozes WHERE issue_id = ANY($1)"#,
        ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes in which release each issue was resolved.
pub async fn insert_resolutions(
    db: impl PgExecutor<'_>,
    ids: &[i64],
    release_ids: &[i64],
    kind: ResolutionKind,
    (user_id, now): (UserId, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_resolutions (issue_id, kind, release_id, user_id, created_at)
        SELECT new.issue_id, $3, new.release_id, $4, $5
        FROM UNNEST($1::bigint[], $2::bigint[]) AS new (issue_id, release_id)"#,
        ids,
        release_ids,
        kind as ResolutionKind,
        user_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes until when issues are ignored; the counters are those they have now.
pub async fn insert_snoozes(
    db: impl PgExecutor<'_>,
    ids: &[i64],
    snooze: &Snooze,
    (user_id, now): (UserId, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_snoozes (issue_id, until_at, count, window_minutes, user_count, user_window_minutes,
            times_seen, users_seen, user_id, created_at)
        SELECT id, $2, $3, $4, $5, $6, times_seen, users_seen, $7, $8
        FROM issues
        WHERE id = ANY($1)"#,
        ids,
        snooze.until,
        snooze.count,
        snooze.window_minutes,
        snooze.user_count,
        snooze.user_window_minutes,
        user_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts the assignee of an issue back; one who is gone meanwhile is left out.
pub async fn restore_assignee(db: impl PgExecutor<'_>, state: &IssueState) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issues
        SET assignee_user_id = (SELECT id FROM users WHERE id = $2),
            assignee_team_id = (SELECT id FROM teams WHERE id = $3)
        WHERE id = $1"#,
        state.id.0,
        state.assignee_user_id.map(|id| id.0),
        state.assignee_team_id.map(|id| id.0),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts the status of an issue back as it was.
pub async fn restore_status(db: impl PgExecutor<'_>, state: &IssueState) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issues
        SET status = $2, active_at = $3, resolved_at = $4, is_regressed = $5
        WHERE id = $1"#,
        state.id.0,
        state.status,
        state.active_at,
        state.resolved_at,
        state.is_regressed,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts the rows about resolution and snooze back; a release or person deleted meanwhile is left out.
pub async fn restore_conditions(db: impl PgExecutor<'_>, state: &IssueState) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        WITH resolutions AS (
            INSERT INTO issue_resolutions (issue_id, kind, release_id, commit_id, user_id, created_at)
            SELECT issue_id, kind, (SELECT id FROM releases WHERE id = release_id),
                (SELECT id FROM commits WHERE id = commit_id), (SELECT id FROM users WHERE id = user_id), created_at
            FROM jsonb_populate_record(NULL::issue_resolutions, $1)
            WHERE issue_id IS NOT NULL
        )
        INSERT INTO issue_snoozes (issue_id, until_at, count, window_minutes, user_count, user_window_minutes,
            times_seen, users_seen, user_id, created_at)
        SELECT issue_id, until_at, count, window_minutes, user_count, user_window_minutes, times_seen, users_seen,
            (SELECT id FROM users WHERE id = user_id), created_at
        FROM jsonb_populate_record(NULL::issue_snoozes, $2)
        WHERE issue_id IS NOT NULL"#,
        state.resolution,
        state.snooze,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts what a person chose about following an issue back; the caller has deleted what they chose since.
pub async fn restore_subscription(db: impl PgExecutor<'_>, state: &IssueState) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_subscriptions (issue_id, user_id, is_active, reason, created_at)
        SELECT issue_id, user_id, is_active, reason, created_at
        FROM jsonb_populate_record(NULL::issue_subscriptions, $1)
        WHERE issue_id IS NOT NULL"#,
        state.subscription,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes by which commit an issue is resolved, which no release has yet.
pub async fn insert_commit_resolution(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    commit_id: CommitId,
    (user_id, now): (UserId, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_resolutions (issue_id, kind, commit_id, user_id, created_at)
        VALUES ($1, 'in_commit', $2, $3, $4)"#,
        issue_id.0,
        commit_id.0,
        user_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Those of the issues that belong to the projects and are not on their way out.
pub async fn list_in_projects(db: impl PgExecutor<'_>, ids: &[i64], project_ids: &[i64]) -> sqlx::Result<Vec<IssueId>> {
    sqlx::query_scalar!(
        r#"
        SELECT id AS "id: IssueId"
        FROM issues
        WHERE id = ANY($1) AND project_id = ANY($2) AND status NOT IN ('pending_deletion', 'pending_merge')
        ORDER BY id"#,
        ids,
        project_ids,
    )
    .fetch_all(db)
    .await
}

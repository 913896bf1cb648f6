//! What the page of an issue shows beside the issue itself.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

use crate::types::ids::{IssueId, UserId};

/// Names of what an issue refers to, and the viewer's marks.
#[derive(Clone, Debug)]
pub struct IssueDetails {
    pub first_release: Option<String>,
    pub last_release: Option<String>,
    /// Name of the person, or slug of the team.
    pub assignee: Option<String>,
    pub is_bookmarked: bool,
    pub activities_count: i64,
    pub feedback_count: i64,
    pub hashes_count: i64,
    /// How it was resolved: `in_release`, `in_next_release`, `in_commit`.
    pub resolution_kind: Option<String>,
    pub resolution_version: Option<String>,
    pub resolution_commit: Option<String>,
    /// Whether the viewer follows it, and why; `None`: they did not choose.
    pub is_subscribed: Option<bool>,
    pub subscription_reason: Option<String>,
}

/// What last decided the status of an issue.
#[derive(Clone, Debug)]
pub struct Decision {
    pub kind: String,
    pub data: Value,
    /// `None`: the program, or somebody who is gone.
    pub user_name: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// The last entry of an issue's history that tells of its status.
pub async fn find_decision(db: impl PgExecutor<'_>, issue_id: IssueId) -> sqlx::Result<Option<Decision>> {
    sqlx::query_as!(
        Decision,
        r#"
        SELECT activities.kind AS "kind!", activities.data AS "data!",
            COALESCE(NULLIF(users.name, ''), users.email) AS user_name, activities.created_at AS "created_at!"
        FROM activities
        LEFT JOIN users ON users.id = activities.user_id
        WHERE activities.issue_id = $1 AND activities.kind IN ('set_resolved', 'set_resolved_in_release',
            'set_resolved_in_commit', 'set_resolved_by_age', 'set_unresolved', 'set_ignored', 'set_regression')
        ORDER BY activities.id DESC
        LIMIT 1"#,
        issue_id.0,
    )
    .fetch_optional(db)
    .await
}

pub async fn find(db: impl PgExecutor<'_>, issue_id: IssueId, user_id: UserId) -> sqlx::Result<IssueDetails> {
    sqlx::query_as!(
        IssueDetails,
        r#"
        SELECT first_release.version AS "first_release?", last_release.version AS "last_release?",
            COALESCE(NULLIF(assignee.name, ''), assignee.email, '#' || teams.slug) AS assignee,
            EXISTS (SELECT FROM issue_bookmarks WHERE issue_id = issues.id AND user_id = $2) AS "is_bookmarked!",
            (SELECT count(*) FROM activities WHERE activities.issue_id = issues.id) AS "activities_count!",
            (SELECT count(*) FROM user_reports WHERE user_reports.issue_id = issues.id) AS "feedback_count!",
            (SELECT count(*) FROM issue_hashes WHERE issue_hashes.issue_id = issues.id) AS "hashes_count!",
            resolution.kind AS "resolution_kind?", resolved_in.version AS "resolution_version?",
            commits.key AS "resolution_commit?", subscription.is_active AS "is_subscribed?",
            subscription.reason AS "subscription_reason?"
        FROM issues
        LEFT JOIN releases AS first_release ON first_release.id = issues.first_release_id
        LEFT JOIN releases AS last_release ON last_release.id = issues.last_release_id
        LEFT JOIN users AS assignee ON assignee.id = issues.assignee_user_id
        LEFT JOIN teams ON teams.id = issues.assignee_team_id
        LEFT JOIN issue_resolutions AS resolution ON resolution.issue_id = issues.id
        LEFT JOIN releases AS resolved_in ON resolved_in.id = resolution.release_id
        LEFT JOIN commits ON commits.id = resolution.commit_id
        LEFT JOIN issue_subscriptions AS subscription ON subscription.issue_id = issues.id AND subscription.user_id = $2
        WHERE issues.id = $1"#,
        issue_id.0,
        user_id.0,
    )
    .fetch_one(db)
    .await
}

//! What the page of an issue shows beside the issue itself.

use chrono::{DateTime, Utc};
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
    pub hashes_count: i64,
    /// How it was resolved: `in_release`, `in_next_release`.
    pub resolution_kind: Option<String>,
    pub resolution_version: Option<String>,
    /// Who resolved or ignored it last.
    pub changed_by: Option<String>,
    pub snooze_until: Option<DateTime<Utc>>,
    pub snooze_count: Option<i64>,
    pub snooze_window_minutes: Option<i32>,
    pub snooze_user_count: Option<i64>,
    /// Release of the last regression.
    pub regression_version: Option<String>,
}

pub async fn find(db: impl PgExecutor<'_>, issue_id: IssueId, user_id: UserId) -> sqlx::Result<IssueDetails> {
    sqlx::query_as!(
        IssueDetails,
        r#"
        SELECT first_release.version AS "first_release?", last_release.version AS "last_release?",
            COALESCE(NULLIF(assignee.name, ''), assignee.email, '#' || teams.slug) AS assignee,
            EXISTS (SELECT FROM issue_bookmarks WHERE issue_id = issues.id AND user_id = $2) AS "is_bookmarked!",
            (SELECT count(*) FROM activities WHERE activities.issue_id = issues.id) AS "activities_count!",
            (SELECT count(*) FROM issue_hashes WHERE issue_hashes.issue_id = issues.id) AS "hashes_count!",
            resolution.kind AS "resolution_kind?", resolved_in.version AS "resolution_version?",
            (SELECT COALESCE(NULLIF(users.name, ''), users.email)
                FROM activities JOIN users ON users.id = activities.user_id
                WHERE activities.issue_id = issues.id
                    AND activities.kind IN ('set_resolved', 'set_resolved_in_release', 'set_ignored')
                ORDER BY activities.id DESC LIMIT 1) AS changed_by,
            snooze.until_at AS "snooze_until?", snooze.count AS "snooze_count?",
            snooze.window_minutes AS "snooze_window_minutes?", snooze.user_count AS "snooze_user_count?",
            (SELECT activities.data ->> 'version' FROM activities
                WHERE activities.issue_id = issues.id AND activities.kind = 'set_regression'
                ORDER BY activities.id DESC LIMIT 1) AS regression_version
        FROM issues
        LEFT JOIN releases AS first_release ON first_release.id = issues.first_release_id
        LEFT JOIN releases AS last_release ON last_release.id = issues.last_release_id
        LEFT JOIN users AS assignee ON assignee.id = issues.assignee_user_id
        LEFT JOIN teams ON teams.id = issues.assignee_team_id
        LEFT JOIN issue_resolutions AS resolution ON resolution.issue_id = issues.id
        LEFT JOIN releases AS resolved_in ON resolved_in.id = resolution.release_id
        LEFT JOIN issue_snoozes AS snooze ON snooze.issue_id = issues.id
        WHERE issues.id = $1"#,
        issue_id.0,
        user_id.0,
    )
    .fetch_one(db)
    .await
}

//! What a list of issues shows of each.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::{IssueId, ProjectId, TeamId, UserId};
use crate::types::level::Level;
use crate::types::lifecycle::Status;

/// An issue as a row.
#[derive(Clone, Debug)]
pub struct ListedIssue {
    pub id: IssueId,
    pub project_id: ProjectId,
    pub project_slug: String,
    pub short_id: i64,
    pub status: Status,
    pub event_type: String,
    pub level: Level,
    pub platform: String,
    pub logger: String,
    pub title: String,
    pub culprit: String,
    /// Type and value of the exception, or what the title is made of else.
    pub metadata: serde_json::Value,
    pub times_seen: i64,
    pub users_seen: i64,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
    pub is_regressed: bool,
    pub comments_count: i32,
    pub assignee_user_id: Option<UserId>,
    pub assignee_team_id: Option<TeamId>,
    /// Name of the person, or slug of the team.
    pub assignee: Option<String>,
    pub is_bookmarked: bool,
    pub is_seen: bool,
}

/// Events of an issue in a step of its graph.
#[derive(Clone, Debug)]
pub struct IssueBucket {
    pub issue_id: IssueId,
    pub bucket: i64,
    pub events: i64,
}

/// The rows of issues, in the order of the ids.
pub async fn list(db: impl PgExecutor<'_>, ids: &[i64], user_id: UserId) -> sqlx::Result<Vec<ListedIssue>> {
    sqlx::query_as!(
        ListedIssue,
        r#"
        SELECT issues.id AS "id!: IssueId", issues.project_id AS "project_id!: ProjectId",
            projects.slug AS "project_slug!", issues.short_id AS "short_id!", issues.status AS "status!: Status",
            issues.event_type AS "event_type!", issues.level AS "level!: Level", issues.platform AS "platform!",
            issues.logger AS "logger!", issues.title AS "title!", issues.culprit AS "culprit!",
            issues.metadata AS "metadata!", issues.times_seen AS "times_seen!", issues.users_seen AS "users_seen!",
            issues.first_seen AS "first_seen!", issues.last_seen AS "last_seen!",
            issues.is_regressed AS "is_regressed!", issues.comments_count AS "comments_count!",
            issues.assignee_user_id AS "assignee_user_id: UserId", issues.assignee_team_id AS "assignee_team_id: TeamId",
            COALESCE(NULLIF(users.name, ''), users.email, '#' || teams.slug) AS assignee,
            EXISTS (SELECT FROM issue_bookmarks WHERE issue_id = issues.id AND user_id = $2) AS "is_bookmarked!",
            EXISTS (SELECT FROM issue_views WHERE issue_id = issues.id AND user_id = $2) AS "is_seen!"
        FROM UNNEST($1::bigint[]) WITH ORDINALITY AS wanted (id, place)
        JOIN issues ON issues.id = wanted.id
        JOIN projects ON projects.id = issues.project_id
        LEFT JOIN users ON users.id = issues.assignee_user_id
        LEFT JOIN teams ON teams.id = issues.assignee_team_id
        ORDER BY wanted.place"#,
        ids,
        user_id.0,
    )
    .fetch_all(db)
    .await
}

/// Events of issues since a time, summed by steps of `step_seconds`.
pub async fn list_buckets(
    db: impl PgExecutor<'_>,
    ids: &[i64],
    since: DateTime<Utc>,
    step_seconds: i64,
) -> sqlx::Result<Vec<IssueBucket>> {
    sqlx::query_as!(
        IssueBucket,
        r#"
        SELECT issue_id AS "issue_id!: IssueId",
            (EXTRACT(EPOCH FROM hour - $2)::bigint / $3::bigint) AS "bucket!", sum(events) AS "events!"
        FROM issue_hours
        WHERE issue_id = ANY($1) AND hour >= $2
        GROUP BY issue_id, 2"#,
        ids,
        since,
        step_seconds,
    )
    .fetch_all(db)
    .await
}

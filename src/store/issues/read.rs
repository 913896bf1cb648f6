//! One issue, whole.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

use crate::types::ids::{IssueId, ProjectId, ReleaseId, TeamId, UserId};
use crate::types::level::Level;
use crate::types::lifecycle::Status;

/// An issue as it is stored; its counters outlive its events.
#[derive(Clone, Debug)]
pub struct Issue {
    pub id: IssueId,
    pub project_id: ProjectId,
    pub short_id: i64,
    pub status: Status,
    pub event_type: String,
    pub level: Level,
    pub platform: String,
    pub logger: String,
    pub title: String,
    pub culprit: String,
    pub metadata: Value,
    pub times_seen: i64,
    pub users_seen: i64,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
    pub active_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub first_release_id: Option<ReleaseId>,
    pub last_release_id: Option<ReleaseId>,
    pub assignee_user_id: Option<UserId>,
    pub assignee_team_id: Option<TeamId>,
    pub is_regressed: bool,
    pub comments_count: i32,
}

pub async fn find(db: impl PgExecutor<'_>, id: IssueId) -> sqlx::Result<Option<Issue>> {
    sqlx::query_as!(
        Issue,
        r#"
        SELECT id AS "id: IssueId", project_id AS "project_id: ProjectId", short_id, status AS "status: Status",
            event_type, level AS "level: Level", platform, logger, title, culprit, metadata, times_seen, users_seen,
            first_seen, last_seen, active_at, resolved_at, first_release_id AS "first_release_id: ReleaseId",
            last_release_id AS "last_release_id: ReleaseId", assignee_user_id AS "assignee_user_id: UserId",
            assignee_team_id AS "assignee_team_id: TeamId", is_regressed, comments_count
        FROM issues
        WHERE id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// The issue behind the number of a short id (`SHOP-1A`: the base-32 digits after the project's slug); of one that was
/// merged, the survivor.
pub async fn find_by_short_id(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    short_id: i64,
) -> sqlx::Result<Option<IssueId>> {
    sqlx::query_scalar!(
        r#"
        SELECT COALESCE(
            (SELECT issue_id FROM issue_redirects WHERE project_id = $1 AND old_short_id = $2),
            (SELECT id FROM issues WHERE project_id = $1 AND short_id = $2)
        ) AS "id: IssueId""#,
        project_id.0,
        short_id,
    )
    .fetch_one(db)
    .await
}

/// The issue itself, or what it was merged into. It may be on its way out.
pub async fn find_present(db: impl PgExecutor<'_>, id: IssueId) -> sqlx::Result<Option<IssueId>> {
    sqlx::query_scalar!(
        r#"
        SELECT COALESCE(
            (SELECT issue_id FROM issue_redirects WHERE old_issue_id = $1), (SELECT id FROM issues WHERE id = $1)
        ) AS "id: IssueId""#,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// An issue as its short id names it.
#[derive(Clone, Debug)]
pub struct ShortIssue {
    pub id: IssueId,
    pub project_id: ProjectId,
    pub project_slug: String,
    pub short_id: i64,
}

/// An issue as a link shows it.
#[derive(Clone, Debug)]
pub struct NamedIssue {
    pub id: IssueId,
    pub short_id: i64,
    pub title: String,
}

/// The names of issues of a project, those on their way out included.
pub async fn list_names(db: impl PgExecutor<'_>, project_id: ProjectId, ids: &[i64]) -> sqlx::Result<Vec<NamedIssue>> {
    sqlx::query_as!(
        NamedIssue,
        r#"SELECT id AS "id: IssueId", short_id, title FROM issues WHERE project_id = $1 AND id = ANY($2)"#,
        project_id.0,
        ids,
    )
    .fetch_all(db)
    .await
}

/// Locks the issues of some projects by slugs and numbers; those on their way out are absent.
pub async fn lock_by_short_ids(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    slugs: &[String],
    numbers: &[i64],
) -> sqlx::Result<Vec<ShortIssue>> {
    sqlx::query_as!(
        ShortIssue,
        r#"
        SELECT issues.id AS "id: IssueId", issues.project_id AS "project_id: ProjectId",
            projects.slug AS project_slug, issues.short_id
        FROM UNNEST($2::text[], $3::bigint[]) AS wanted (slug, number)
        JOIN projects ON projects.slug = wanted.slug AND projects.id = ANY($1)
        JOIN issues ON issues.project_id = projects.id AND issues.short_id = wanted.number
        WHERE issues.status NOT IN ('pending_deletion', 'pending_merge')
        ORDER BY issues.id
        FOR NO KEY UPDATE OF issues"#,
        project_ids,
        slugs,
        numbers,
    )
    .fetch_all(db)
    .await
}

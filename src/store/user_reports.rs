//! What users wrote about events they met.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::types::ids::{IssueId, ProjectId, UserReportId};

/// A report as shown.
#[derive(Clone, Debug)]
pub struct UserReport {
    pub id: UserReportId,
    pub project_id: ProjectId,
    pub issue_id: Option<IssueId>,
    pub event_id: Uuid,
    pub name: String,
    pub email: String,
    pub comments: String,
    pub created_at: DateTime<Utc>,
}

/// A report to insert; one with the same event replaces it.
#[derive(Clone, Debug)]
pub struct NewUserReport<'a> {
    pub project_id: ProjectId,
    pub event_id: Uuid,
    pub name: &'a str,
    pub email: &'a str,
    pub comments: &'a str,
}

/// Inserts or replaces a report, linked to its event's issue if the event is stored already.
pub async fn upsert(
    db: impl PgExecutor<'_>,
    new: &NewUserReport<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<UserReportId> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO user_reports (project_id, event_id, issue_id, name, email, comments, created_at)
        VALUES (
            $1, $2, (SELECT issue_id FROM events WHERE project_id = $1 AND event_id = $2 LIMIT 1), $3, $4, $5, $6
        )
        ON CONFLICT ON CONSTRAINT user_reports_project_id_event_id_key DO UPDATE SET
            issue_id = COALESCE(EXCLUDED.issue_id, user_reports.issue_id),
            name = EXCLUDED.name,
            email = EXCLUDED.email,
            comments = EXCLUDED.comments
        RETURNING id AS "id: UserReportId""#,
        new.project_id.0,
        new.event_id,
        new.name,
        new.email,
        new.comments,
        now,
    )
    .fetch_one(db)
    .await
}

/// The report about an event.
pub async fn find(db: impl PgExecutor<'_>, project_id: ProjectId, event_id: Uuid) -> sqlx::Result<Option<UserReport>> {
    sqlx::query_as!(
        UserReport,
        r#"
        SELECT id AS "id: UserReportId", project_id AS "project_id: ProjectId", issue_id AS "issue_id: IssueId",
            event_id, name, email, comments, created_at
        FROM user_reports
        WHERE project_id = $1 AND event_id = $2"#,
        project_id.0,
        event_id,
    )
    .fetch_optional(db)
    .await
}

/// Links reports that came before their events.
pub async fn link(
    db: impl PgExecutor<'_>,
    project_ids: &[i64],
    event_ids: &[Uuid],
    issue_ids: &[i64],
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE user_reports
        SET issue_id = new.issue_id
        FROM UNNEST($1::bigint[], $2::uuid[], $3::bigint[]) AS new (project_id, event_id, issue_id)
        WHERE user_reports.project_id = new.project_id AND user_reports.event_id = new.event_id
            AND user_reports.issue_id IS NULL"#,
        project_ids,
        event_ids,
        issue_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Links reports whose event was being saved while they came; returns how many.
pub async fn link_missed(db: impl PgExecutor<'_>, since: DateTime<Utc>) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        r#"
        UPDATE user_reports
        SET issue_id = events.issue_id
        FROM events
        WHERE user_reports.issue_id IS NULL AND user_reports.created_at > $1
            AND events.project_id = user_reports.project_id AND events.event_id = user_reports.event_id"#,
        since,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

/// A report in a list, with the issue it belongs to.
#[derive(Clone, Debug)]
pub struct ListedReport {
    pub id: UserReportId,
    pub project_id: ProjectId,
    pub event_id: Uuid,
    pub name: String,
    pub email: String,
    pub comments: String,
    pub is_seen: bool,
    pub created_at: DateTime<Utc>,
    pub issue_id: Option<IssueId>,
    pub short_id: Option<i64>,
    pub title: Option<String>,
    pub project_slug: String,
}

impl From<ListedReport> for UserReport {
    fn from(listed: ListedReport) -> Self {
        Self {
            id: listed.id,
            project_id: listed.project_id,
            issue_id: listed.issue_id,
            event_id: listed.event_id,
            name: listed.name,
            email: listed.email,
            comments: listed.comments,
            created_at: listed.created_at,
        }
    }
}

/// Which reports a list has.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub project_ids: &'a [i64],
    pub issue_id: Option<IssueId>,
    /// Only those about issues that are unresolved.
    pub is_unresolved: bool,
}

/// Reports up to an id, the newest first; those of issues on their way out are absent.
pub async fn list(
    db: impl PgExecutor<'_>,
    wanted: Wanted<'_>,
    until: i64,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<ListedReport>> {
    sqlx::query_as!(
        ListedReport,
        r#"
        SELECT r.id AS "id: UserReportId", r.project_id AS "project_id: ProjectId", r.event_id, r.name, r.email,
            r.comments, r.seen_at IS NOT NULL AS "is_seen!", r.created_at, r.issue_id AS "issue_id: IssueId",
            i.short_id AS "short_id?", i.title AS "title?", p.slug AS project_slug
        FROM user_reports r
        JOIN projects p ON p.id = r.project_id
        LEFT JOIN issues i ON i.id = r.issue_id
        WHERE r.project_id = ANY($1) AND ($2::bigint IS NULL OR r.issue_id = $2) AND r.id <= $4
            AND (i.status = 'unresolved' OR (NOT $3 AND (i.id IS NULL OR i.status IN ('resolved', 'ignored'))))
        ORDER BY r.id DESC
        OFFSET $5
        LIMIT $6"#,
        wanted.project_ids,
        wanted.issue_id.map(|id| id.0),
        wanted.is_unresolved,
        until,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Notes that reports of some projects were read, or that they are to be read again; returns how many.
pub async fn mark_seen(
    db: impl PgExecutor<'_>,
    ids: &[i64],
    project_ids: &[i64],
    seen_at: Option<DateTime<Utc>>,
) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        "UPDATE user_reports SET seen_at = $3 WHERE id = ANY($1) AND project_id = ANY($2)",
        ids,
        project_ids,
        seen_at,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

/// How many users wrote about an issue.
pub async fn count_of_issue(db: impl PgExecutor<'_>, issue_id: IssueId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM user_reports WHERE issue_id = $1"#, issue_id.0)
        .fetch_one(db)
        .await
}

/// Deletes up to `limit` reports of a project; returns how many.
pub async fn delete_of_project(db: impl PgExecutor<'_>, project_id: ProjectId, limit: i64) -> sqlx::Result<u64> {
    let result = sqlx::query!(
        "DELETE FROM user_reports WHERE id IN (SELECT id FROM user_reports WHERE project_id = $1 LIMIT $2)",
        project_id.0,
        limit,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

//! Projects of all organizations, as the administration lists them.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::ids::ProjectId;

/// A project in a list.
#[derive(Clone, Debug)]
pub struct ProjectSummary {
    pub id: ProjectId,
    pub organization_slug: String,
    pub organization: String,
    pub slug: String,
    pub name: String,
    pub platform: Option<String>,
    /// Removed, and not gone yet.
    pub is_removed: bool,
    /// Events taken in since the moment that was asked for, by the hour.
    pub accepted: i64,
    pub issues: i64,
    pub last_event_at: Option<DateTime<Utc>>,
}

impl ProjectSummary {
    /// As people write it: `organization/project`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.organization_slug, self.slug)
    }
}

/// Which projects are wanted.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Part of the name, the slug or the organization's.
    pub query: &'a str,
    /// From when on events are counted.
    pub since: DateTime<Utc>,
    /// Rows to pass over, those with most events first.
    pub offset: i64,
    pub limit: i64,
}

pub async fn search(db: impl PgExecutor<'_>, wanted: &Wanted<'_>) -> sqlx::Result<Vec<ProjectSummary>> {
    sqlx::query_as!(
        ProjectSummary,
        r#"
        WITH found AS (
            SELECT p.id, o.slug AS organization_slug, o.name AS organization, p.slug, p.name, p.platform,
                p.status <> 'active' AS is_removed,
                (SELECT coalesce(sum(quantity), 0) FROM outcomes
                 WHERE project_id = p.id AND hour > $2 AND outcome = 'accepted'
                    AND category IN ('error', 'default', 'security'))::bigint AS accepted
            FROM projects p
            JOIN organizations o ON o.id = p.organization_id
            WHERE strpos(lower(p.name || ' ' || p.slug || ' ' || o.name || ' ' || o.slug), lower($1)) > 0
            ORDER BY accepted DESC, o.slug, p.slug
            LIMIT $3 OFFSET $4
        )
        SELECT id AS "id!: ProjectId", organization_slug AS "organization_slug!", organization AS "organization!",
            slug AS "slug!", name AS "name!", platform, is_removed AS "is_removed!", accepted AS "accepted!",
            (SELECT count(*) FROM issues WHERE project_id = found.id) AS "issues!",
            (SELECT max(last_seen) FROM issues WHERE project_id = found.id) AS last_event_at
        FROM found
        ORDER BY accepted DESC, organization_slug, slug"#,
        wanted.query,
        wanted.since,
        wanted.limit,
        wanted.offset,
    )
    .fetch_all(db)
    .await
}

//! In which release an issue was resolved.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::{
    ids::{CommitId, IssueId, ProjectId, ReleaseId, UserId},
    lifecycle::ResolutionKind,
};

/// How an issue was resolved, with the release it names.
#[derive(Clone, Debug)]
pub struct IssueResolution {
    pub issue_id: IssueId,
    pub kind: ResolutionKind,
    /// Who resolved it.
    pub user_id: Option<UserId>,
    pub commit_id: Option<CommitId>,
    /// `None`: the release was deleted, or no release has the commit yet.
    pub release_id: Option<ReleaseId>,
    pub version: Option<String>,
    /// When the release was released, else first seen.
    pub released_at: Option<DateTime<Utc>>,
}

/// The resolutions of issues; none: resolved "now".
pub async fn list(db: impl PgExecutor<'_>, issue_ids: &[i64]) -> sqlx::Result<Vec<IssueResolution>> {
    sqlx::query_as!(
        IssueResolution,
        r#"
        SELECT issue_resolutions.issue_id AS "issue_id!: IssueId", kind AS "kind!: ResolutionKind",
            issue_resolutions.user_id AS "user_id: UserId", issue_resolutions.commit_id AS "commit_id: CommitId",
            issue_resolutions.release_id AS "release_id: ReleaseId", releases.version AS "version?",
            COALESCE(releases.released_at, releases.created_at) AS "released_at?"
        FROM issue_resolutions
        LEFT JOIN releases ON releases.id = issue_resolutions.release_id
        WHERE issue_id = ANY($1)"#,
        issue_ids,
    )
    .fetch_all(db)
    .await
}

/// Notes that an issue was resolved in a release.
pub async fn insert_in_release(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    release_id: ReleaseId,
    user_id: Option<UserId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_resolutions (issue_id, kind, release_id, user_id, created_at)
        VALUES ($1, 'in_release', $2, $3, $4)"#,
        issue_id.0,
        release_id.0,
        user_id.map(|id| id.0),
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A release has commits now: what they resolve in its projects is resolved in the release.
pub async fn release_commits(db: impl PgExecutor<'_>, release_id: ReleaseId, commit_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE issue_resolutions
        SET kind = 'in_release', release_id = $1, commit_id = NULL
        FROM issues
        JOIN release_projects ON release_projects.project_id = issues.project_id
        WHERE issue_resolutions.commit_id = ANY($2) AND issue_resolutions.kind = 'in_commit'
            AND issues.id = issue_resolutions.issue_id AND release_projects.release_id = $1"#,
        release_id.0,
        commit_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A release that issues of a project are to be resolved after.
#[derive(Clone, Debug)]
pub struct AwaitedRelease {
    pub project_id: ProjectId,
    pub release_id: ReleaseId,
    pub version: String,
    /// When it was released, else first seen.
    pub date: DateTime<Utc>,
}

/// The releases after which issues are resolved "in the next release".
pub async fn list_awaited(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<AwaitedRelease>> {
    sqlx::query_as!(
        AwaitedRelease,
        r#"
        SELECT DISTINCT issues.project_id AS "project_id: ProjectId", releases.id AS "release_id: ReleaseId",
            releases.version, COALESCE(releases.released_at, releases.created_at) AS "date!"
        FROM issue_resolutions
        JOIN issues ON issues.id = issue_resolutions.issue_id
        JOIN releases ON releases.id = issue_resolutions.release_id
        WHERE issue_resolutions.kind = 'in_next_release'
        LIMIT 10000"#,
    )
    .fetch_all(db)
    .await
}

/// Releases of a project that came after one, in the order that they came in.
pub async fn list_later_releases(
    db: impl PgExecutor<'_>,
    awaited: &AwaitedRelease,
) -> sqlx::Result<Vec<(ReleaseId, String, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        r#"
        SELECT releases.id AS "id: ReleaseId", releases.version,
            COALESCE(releases.released_at, releases.created_at) AS "date!"
        FROM release_projects
        JOIN releases ON releases.id = release_projects.release_id
        WHERE release_projects.project_id = $1 AND releases.id > $2
        ORDER BY releases.id
        LIMIT 1000"#,
        awaited.project_id.0,
        awaited.release_id.0,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.version, row.date)).collect())
}

/// Has some issues that awaited the release after one be resolved in it, and their histories say so; returns how many.
pub async fn name_next(
    db: impl PgExecutor<'_>,
    awaited: &AwaitedRelease,
    (release_id, version): (ReleaseId, &str),
    limit: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        WITH held AS MATERIALIZED (
            SELECT issues.id
            FROM issues
            JOIN issue_resolutions ON issue_resolutions.issue_id = issues.id
            WHERE issues.project_id = $1 AND issue_resolutions.release_id = $2
                AND issue_resolutions.kind = 'in_next_release'
            ORDER BY issues.id
            LIMIT $5
            FOR NO KEY UPDATE OF issues
        ), named AS (
            UPDATE issue_resolutions
            SET kind = 'in_release', release_id = $3
            FROM held
            WHERE issue_resolutions.issue_id = held.id AND issue_resolutions.kind = 'in_next_release'
                AND issue_resolutions.release_id = $2
            RETURNING issue_resolutions.issue_id
        ), told AS (
            UPDATE activities
            SET data = activities.data || jsonb_build_object('version', $4::text)
            WHERE id IN (
                SELECT max(entries.id) FROM activities AS entries
                JOIN named ON named.issue_id = entries.issue_id
                WHERE entries.kind = 'set_resolved_in_release'
                GROUP BY entries.issue_id
            )
        )
        SELECT count(*) AS "count!" FROM named"#,
        awaited.project_id.0,
        awaited.release_id.0,
        release_id.0,
        version,
        limit,
    )
    .fetch_one(db)
    .await
}

/// Forgets how an issue was resolved: it came back.
pub async fn delete(db: impl PgExecutor<'_>, issue_id: IssueId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM issue_resolutions WHERE issue_id = $1", issue_id.0).execute(db).await?;
    Ok(())
}

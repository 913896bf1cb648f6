//! In which release an issue was resolved.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::types::{
    ids::{CommitId, IssueId, ReleaseId, UserId},
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

/// Forgets how an issue was resolved: it came back.
pub async fn delete(db: impl PgExecutor<'_>, issue_id: IssueId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM issue_resolutions WHERE issue_id = $1", issue_id.0).execute(db).await?;
    Ok(())
}

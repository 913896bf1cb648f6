//! Lists of one person's issues: assigned to them, bookmarked by them, looked at by them.

use sqlx::PgConnection;

use crate::types::ids::{OrganizationId, UserId};

/// Which of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// To the person or to a team of theirs; the last seen first.
    Assigned,
    /// The newest bookmark first.
    Bookmarked,
    /// The last one looked at first.
    Viewed,
}

/// Whose list, and of which projects.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    pub user_id: UserId,
    pub organization_id: OrganizationId,
    pub project_ids: &'a [i64],
    /// Only unresolved issues.
    pub is_unresolved: bool,
}

/// The ids of a list.
pub async fn list(db: &mut PgConnection, list: List, owner: Owner<'_>, range: (i64, i64)) -> sqlx::Result<Vec<i64>> {
    match list {
        List::Assigned => list_assigned(db, owner, range).await,
        List::Bookmarked => list_bookmarked(db, owner, range).await,
        List::Viewed => list_viewed(db, owner, range).await,
    }
}

async fn list_assigned(db: &mut PgConnection, owner: Owner<'_>, (offset, limit): (i64, i64)) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"
        SELECT id
        FROM issues
        WHERE project_id = ANY($3)
            AND (assignee_user_id = $1 OR assignee_team_id IN (
                SELECT team_members.team_id
                FROM team_members
                JOIN members ON members.id = team_members.member_id
                WHERE members.user_id = $1 AND members.organization_id = $2))
            AND (status = 'unresolved' OR (NOT $4 AND status IN ('resolved', 'ignored')))
        ORDER BY last_seen DESC, id DESC
        OFFSET $5
        LIMIT $6"#,
        owner.user_id.0,
        owner.organization_id.0,
        owner.project_ids,
        owner.is_unresolved,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

async fn list_bookmarked(
    db: &mut PgConnection,
    owner: Owner<'_>,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"
        SELECT issues.id
        FROM issue_bookmarks
        JOIN issues ON issues.id = issue_bookmarks.issue_id
        WHERE issue_bookmarks.user_id = $1 AND issues.project_id = ANY($2)
            AND (issues.status = 'unresolved' OR (NOT $3 AND issues.status IN ('resolved', 'ignored')))
        ORDER BY issue_bookmarks.created_at DESC, issues.id DESC
        OFFSET $4
        LIMIT $5"#,
        owner.user_id.0,
        owner.project_ids,
        owner.is_unresolved,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

async fn list_viewed(db: &mut PgConnection, owner: Owner<'_>, (offset, limit): (i64, i64)) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"
        SELECT issues.id
        FROM issue_views
        JOIN issues ON issues.id = issue_views.issue_id
        WHERE issue_views.user_id = $1 AND issues.project_id = ANY($2)
            AND (issues.status = 'unresolved' OR (NOT $3 AND issues.status IN ('resolved', 'ignored')))
        ORDER BY issue_views.seen_at DESC, issues.id DESC
        OFFSET $4
        LIMIT $5"#,
        owner.user_id.0,
        owner.project_ids,
        owner.is_unresolved,
        offset,
        limit,
    )
    .fetch_all(db)
    .await
}

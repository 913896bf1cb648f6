//! Moving a project to another organization, with what hangs on it. The caller holds the project's row.

use sqlx::{PgConnection, PgExecutor};

use crate::types::ids::{OrganizationId, ProjectId};

/// Which project, from where to where.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    pub project_id: ProjectId,
    pub from: OrganizationId,
    pub to: OrganizationId,
}

/// Gives the project itself to the other organization.
pub async fn update_project(db: impl PgExecutor<'_>, moving: Move, slug: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE projects SET organization_id = $2, slug = $3 WHERE id = $1",
        moving.project_id.0,
        moving.to.0,
        slug,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Releases of this project alone move as they are; of those that others share, or whose version the other organization
/// has, only what belongs to the project does. Commits stay: they belong to the repositories of the old organization.
pub async fn move_releases(db: &mut PgConnection, moving: Move) -> sqlx::Result<()> {
    let Move { project_id: ProjectId(project), from: OrganizationId(from), to: OrganizationId(to) } = moving;
    sqlx::query!(
        "UPDATE releases r SET organization_id = $3, owner_user_id = NULL
        WHERE r.organization_id = $2 AND r.id IN (SELECT release_id FROM release_projects WHERE project_id = $1)
            AND NOT EXISTS (SELECT FROM release_projects rp WHERE rp.release_id = r.id AND rp.project_id <> $1)
            AND NOT EXISTS (SELECT FROM releases o WHERE o.organization_id = $3 AND o.version = r.version)",
        project,
        from,
        to,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "INSERT INTO releases (organization_id, version, package, version_key, status, ref, url, started_at, released_at,
            created_at)
        SELECT $3, r.version, r.package, r.version_key, r.status, r.ref, r.url, r.started_at, r.released_at, r.created_at
        FROM releases r
        JOIN release_projects rp ON rp.release_id = r.id AND rp.project_id = $1
        WHERE r.organization_id = $2
        ON CONFLICT ON CONSTRAINT releases_organization_id_version_key DO NOTHING",
        project,
        from,
        to,
    )
    .execute(&mut *db)
    .await?;
    repoint(db, moving).await?;
    sqlx::query!(
        "DELETE FROM release_commits rc USING commits c, repositories r
        WHERE rc.release_id IN (SELECT release_id FROM release_projects WHERE project_id = $1)
            AND c.id = rc.commit_id AND r.id = c.repository_id AND r.organization_id = $2",
        project,
        from,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "DELETE FROM release_heads rh USING repositories r
        WHERE rh.release_id IN (SELECT release_id FROM release_projects WHERE project_id = $1)
            AND r.id = rh.repository_id AND r.organization_id = $2",
        project,
        from,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

/// Has what belongs to the project name the releases of the other organization.
async fn repoint(db: &mut PgConnection, moving: Move) -> sqlx::Result<()> {
    let Move { project_id: ProjectId(project), from: OrganizationId(from), to: OrganizationId(to) } = moving;
    sqlx::query!(
        "UPDATE release_environments t SET release_id = new.id
        FROM releases old JOIN releases new ON new.organization_id = $3 AND new.version = old.version
        WHERE t.project_id = $1 AND old.id = t.release_id AND old.organization_id = $2",
        project,
        from,
        to,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "UPDATE release_hours t SET release_id = new.id
        FROM releases old JOIN releases new ON new.organization_id = $3 AND new.version = old.version
        WHERE t.project_id = $1 AND old.id = t.release_id AND old.organization_id = $2",
        project,
        from,
        to,
    )
    .execute(&mut *db)
    .await?;
    repoint_issues(db, moving).await?;
    sqlx::query!(
        "UPDATE release_projects t SET release_id = new.id
        FROM releases old JOIN releases new ON new.organization_id = $3 AND new.version = old.version
        WHERE t.project_id = $1 AND old.id = t.release_id AND old.organization_id = $2",
        project,
        from,
        to,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

/// The same for its issues; commits they do not know any more.
async fn repoint_issues(db: &mut PgConnection, moving: Move) -> sqlx::Result<()> {
    let Move { project_id: ProjectId(project), from: OrganizationId(from), to: OrganizationId(to) } = moving;
    // What no release of the project's is, names none.
    sqlx::query!(
        "UPDATE issues i SET
            first_release_id = (SELECT new.id FROM releases old
                JOIN releases new ON new.organization_id = $3 AND new.version = old.version
                WHERE old.id = i.first_release_id),
            last_release_id = (SELECT new.id FROM releases old
                JOIN releases new ON new.organization_id = $3 AND new.version = old.version
                WHERE old.id = i.last_release_id)
        WHERE i.project_id = $1 AND EXISTS (
            SELECT FROM releases r WHERE r.id IN (i.first_release_id, i.last_release_id) AND r.organization_id = $2)",
        project,
        from,
        to,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "UPDATE issue_resolutions t SET commit_id = NULL, release_id = (
            SELECT new.id FROM releases old
            JOIN releases new ON new.organization_id = $2 AND new.version = old.version
            WHERE old.id = t.release_id)
        WHERE t.issue_id IN (SELECT id FROM issues WHERE project_id = $1)",
        project,
        to,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("DELETE FROM issue_commits WHERE issue_id IN (SELECT id FROM issues WHERE project_id = $1)", project,)
        .execute(&mut *db)
        .await?;
    Ok(())
}

/// Bundles of this project alone move; those that others share stay with them.
pub async fn move_bundles(db: &mut PgConnection, moving: Move) -> sqlx::Result<()> {
    let Move { project_id: ProjectId(project), from: OrganizationId(from), to: OrganizationId(to) } = moving;
    sqlx::query!(
        "UPDATE artifact_bundles b SET organization_id = $3
        WHERE b.organization_id = $2 AND b.id IN (SELECT bundle_id FROM artifact_bundle_projects WHERE project_id = $1)
            AND NOT EXISTS (SELECT FROM artifact_bundle_projects o WHERE o.bundle_id = b.id AND o.project_id <> $1)
            AND NOT EXISTS (SELECT FROM artifact_bundles o WHERE o.organization_id = $3 AND o.checksum = b.checksum)",
        project,
        from,
        to,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "DELETE FROM artifact_bundle_projects t USING artifact_bundles b
        WHERE t.project_id = $1 AND b.id = t.bundle_id AND b.organization_id = $2",
        project,
        from,
    )
    .execute(&mut *db)
    .await?;
    // No bundle is of another organization's release.
    sqlx::query!(
        "DELETE FROM artifact_bundle_releases t USING artifact_bundles b, releases r
        WHERE b.id = t.bundle_id AND r.id = t.release_id AND b.organization_id <> r.organization_id
            AND b.organization_id IN ($1, $2) AND r.organization_id IN ($1, $2)",
        from,
        to,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

/// Forgets what the project's issues have to do with people and teams of the old organization alone.
pub async fn forget_people(db: &mut PgConnection, moving: Move) -> sqlx::Result<()> {
    let Move { project_id: ProjectId(project), to: OrganizationId(to), .. } = moving;
    sqlx::query!(
        "UPDATE issues i SET assignee_team_id = NULL, assignee_user_id = (
            SELECT m.user_id FROM members m WHERE m.organization_id = $2 AND m.user_id = i.assignee_user_id)
        WHERE i.project_id = $1 AND (i.assignee_user_id IS NOT NULL OR i.assignee_team_id IS NOT NULL)",
        project,
        to,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "DELETE FROM issue_subscriptions t
        WHERE t.issue_id IN (SELECT id FROM issues WHERE project_id = $1)
            AND NOT EXISTS (SELECT FROM members m WHERE m.organization_id = $2 AND m.user_id = t.user_id)",
        project,
        to,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "DELETE FROM issue_bookmarks t
        WHERE t.issue_id IN (SELECT id FROM issues WHERE project_id = $1)
            AND NOT EXISTS (SELECT FROM members m WHERE m.organization_id = $2 AND m.user_id = t.user_id)",
        project,
        to,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "DELETE FROM project_bookmarks t
        WHERE t.project_id = $1
            AND NOT EXISTS (SELECT FROM members m WHERE m.organization_id = $2 AND m.user_id = t.user_id)",
        project,
        to,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

/// Teams, old short names and what people chose there end; searches that everybody had move along.
pub async fn leave(db: &mut PgConnection, moving: Move) -> sqlx::Result<()> {
    let Move { project_id: ProjectId(project), to: OrganizationId(to), .. } = moving;
    sqlx::query!("DELETE FROM project_teams WHERE project_id = $1", project).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM old_project_slugs WHERE project_id = $1", project).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM chosen_environments WHERE project_id = $1", project).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM default_searches WHERE project_id = $1", project).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM pinned_searches WHERE project_id = $1", project).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM saved_searches WHERE project_id = $1 AND user_id IS NOT NULL", project)
        .execute(&mut *db)
        .await?;
    sqlx::query!("UPDATE saved_searches SET organization_id = $2 WHERE project_id = $1", project, to)
        .execute(&mut *db)
        .await?;
    Ok(())
}

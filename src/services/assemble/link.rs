//! Linking bundles to projects and releases.

use sqlx::PgConnection;

use crate::app::App;
use crate::store::artifact_bundles;
use crate::store::{release_projects, releases};
use crate::types::artifact::Checksum;
use crate::types::ids::{ArtifactBundleId, OrganizationId, ProjectId, ReleaseId};

/// Links a bundle that the organization has already; `false`: it has not.
pub(super) async fn link_known(
    app: &App,
    organization_id: OrganizationId,
    checksum: Checksum,
    project_ids: &[ProjectId],
    release: Option<(&str, &str)>,
) -> sqlx::Result<bool> {
    let Some(id) = artifact_bundles::find_by_checksum(&app.db, organization_id, checksum).await? else {
        return Ok(false);
    };
    let mut transaction = app.db.begin().await?;
    link(app, &mut transaction, id, organization_id, project_ids, release).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Links a bundle to projects, and to a release with a distribution, which is made if need be.
pub(super) async fn link(
    app: &App,
    connection: &mut PgConnection,
    id: ArtifactBundleId,
    organization_id: OrganizationId,
    project_ids: &[ProjectId],
    release: Option<(&str, &str)>,
) -> sqlx::Result<()> {
    let project_ids: Vec<i64> = project_ids.iter().map(|id| id.0).collect();
    let release = match release {
        Some((version, dist)) => {
            Some((ensure_release(app, connection, organization_id, version, &project_ids).await?, dist))
        }
        None => None,
    };
    artifact_bundles::link(connection, id, &project_ids, release, app.clock.now()).await
}

/// The release with this version, made if need be, and linked to projects.
pub async fn ensure_release(
    app: &App,
    connection: &mut PgConnection,
    organization_id: OrganizationId,
    version: &str,
    project_ids: &[i64],
) -> sqlx::Result<ReleaseId> {
    let now = app.clock.now();
    // Mostly it is there already.
    let mut found = releases::find_by_version(&mut *connection, organization_id, version).await?;
    if found.is_none() {
        releases::insert_missing(&mut *connection, &[organization_id.0], &[version], now).await?;
        found = releases::find_by_version(&mut *connection, organization_id, version).await?;
    }
    let id = found.ok_or(sqlx::Error::RowNotFound)?.id;
    release_projects::insert_missing(connection, id, project_ids).await?;
    Ok(id)
}

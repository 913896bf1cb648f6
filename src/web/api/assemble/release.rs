//! `POST /organizations/{organization}/releases/{version}/assemble/`.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};

use super::{ProgressView, read_file, read_projects};
use crate::app::App;
use crate::services::assemble::{self, Request, Target};
use crate::store::{release_projects, releases};
use crate::types::ids::{ProjectId, ReleaseId};
use crate::types::release::parse_version;
use crate::web::api::body::Fields;
use crate::web::api::upload::uploader;
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::ReleaseWrite;

pub async fn assemble(
    State(app): State<App>,
    access: OrganizationAccess<ReleaseWrite>,
    Path(mut path): Path<HashMap<String, String>>,
    mut fields: Fields,
) -> Result<Json<ProgressView>> {
    let version = path.remove("version").ok_or(Error::NotFound)?;
    let file = read_file(&mut fields);
    let projects = read_projects(&app, &access, &fields).await?;
    fields.finish()?;
    let (checksum, chunks) = file.ok_or(Error::NotFound)?;
    let release_id = find_or_make(&app, &access, &version, &projects).await?;
    let organization = access.organization.slug.clone();
    let request = Request { target: Target::Release { release_id, version, organization }, checksum, chunks };
    let by = uploader(&access.actor);
    let progress = assemble::assemble(&app, access.organization.id, &request, by).await?;
    Ok(Json(progress.into()))
}

/// A release that the actor sees; or a new one, if they name its projects.
async fn find_or_make(
    app: &App,
    access: &OrganizationAccess<ReleaseWrite>,
    version: &str,
    projects: &[ProjectId],
) -> Result<ReleaseId> {
    let organization_id = access.organization.id;
    let version = parse_version(version).map_err(|_| Error::NotFound)?;
    if let Some(release) = releases::find_by_version(&app.db, organization_id, version).await? {
        let of_release = release_projects::list_project_ids(&app.db, release.id).await?;
        let visible = access.projects(app).await?;
        let sees_it = access.sees_all_projects() || visible.iter().any(|project| of_release.contains(&project.id));
        return if sees_it { Ok(release.id) } else { Err(Error::NotFound) };
    }
    if projects.is_empty() {
        return Err(Error::NotFound);
    }
    let ids: Vec<i64> = projects.iter().map(|id| id.0).collect();
    let mut transaction = app.db.begin().await?;
    let id = assemble::ensure_release(app, &mut transaction, organization_id, version, &ids).await?;
    transaction.commit().await?;
    Ok(id)
}

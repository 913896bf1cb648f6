//! `DELETE …/files/source-maps/?name=`: all artifacts of a release; `sentry-cli releases files delete --all`.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::services::artifacts;
use crate::store::{release_projects, releases};
use crate::types::ids::ProjectId;
use crate::types::release::parse_version;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::ReleaseWrite;
use crate::web::extract::{OrganizationAccess, ProjectAccess};

#[derive(Deserialize)]
pub struct Parameters {
    name: Option<String>,
}

pub async fn delete(
    State(app): State<App>,
    access: OrganizationAccess<ReleaseWrite>,
    Query(parameters): Query<Parameters>,
) -> Result<StatusCode> {
    let projects: Vec<ProjectId> = access.projects(&app).await?.iter().map(|project| project.id).collect();
    let sees_all = access.sees_all_projects();
    delete_visible(&app, &access, &projects, sees_all, parameters.name).await
}

pub async fn delete_of_project(
    State(app): State<App>,
    access: ProjectAccess<ReleaseWrite>,
    Query(parameters): Query<Parameters>,
) -> Result<StatusCode> {
    delete_visible(&app, &access.within, &[access.project.id], false, parameters.name).await
}

async fn delete_visible(
    app: &App,
    access: &OrganizationAccess<ReleaseWrite>,
    visible: &[ProjectId],
    sees_all: bool,
    version: Option<String>,
) -> Result<StatusCode> {
    let version = version.ok_or_else(|| Error::bad_request("name the release: ?name=VERSION"))?;
    let version = parse_version(&version).map_err(|_| Error::NotFound)?;
    let release = releases::find_by_version(&app.db, access.organization.id, version).await?.ok_or(Error::NotFound)?;
    let projects = release_projects::list_project_ids(&app.db, release.id).await?;
    if !sees_all && !projects.iter().any(|id| visible.contains(id)) {
        return Err(Error::NotFound);
    }
    artifacts::delete_all(&app.db, &release).await?;
    Ok(StatusCode::NO_CONTENT)
}

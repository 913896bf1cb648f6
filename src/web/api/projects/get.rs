//! `GET /projects/{organization}/{project}/`.

use axum::Json;
use axum::extract::State;

use super::detail_view::ProjectDetailView;
use super::view::VersionView;
use crate::app::App;
use crate::store::release_projects;
use crate::web::api::tenancy::Tenancy;
use crate::web::error::Result;
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::{Needs, ProjectRead};

pub async fn show(State(app): State<App>, access: ProjectAccess<ProjectRead>) -> Result<Json<ProjectDetailView>> {
    Ok(Json(detail(&app, &access).await?))
}

/// The project with its settings.
pub async fn detail<N: Needs>(app: &App, access: &ProjectAccess<N>) -> Result<ProjectDetailView> {
    let tenancy = Tenancy::load(app, &access.within).await?;
    let latest = release_projects::list_latest(&app.db, &[access.project.id.0]).await?;
    let mut view = ProjectDetailView::of(access.organization(), &access.project, tenancy.project(&access.project));
    view.latest_release = latest.into_iter().next().map(|latest| VersionView { version: latest.version });
    Ok(view)
}

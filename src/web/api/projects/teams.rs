//! `/projects/{organization}/{project}/teams/`: whose a project is.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::detail_view::ProjectDetailView;
use super::get;
use crate::app::App;
use crate::services::teams;
use crate::store::teams::{self as rows, Team};
use crate::web::acting::{acting, may_change_team};
use crate::web::api::lists::{ListAnswer, page_of};
use crate::web::api::teams::TeamView;
use crate::web::api::tenancy::Tenancy;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{ProjectRead, ProjectWrite};
use crate::web::extract::{Pagination, ProjectAccess};

pub async fn list(
    State(app): State<App>,
    access: ProjectAccess<ProjectRead>,
    pagination: Pagination,
) -> Result<ListAnswer<TeamView>> {
    let tenancy = Tenancy::load(&app, &access.within).await?;
    let teams = rows::list_of_project(&app.db, access.project.id).await?;
    Ok(page_of(&pagination, teams.iter().map(|team| tenancy.team(team)).collect()))
}

#[derive(Deserialize)]
pub struct TeamPath {
    team: String,
}

pub async fn add(
    State(app): State<App>,
    access: ProjectAccess<ProjectWrite>,
    Path(path): Path<TeamPath>,
) -> Result<(StatusCode, Json<ProjectDetailView>)> {
    Ok((StatusCode::CREATED, Json(change(&app, &access, &path, true).await?)))
}

pub async fn remove(
    State(app): State<App>,
    access: ProjectAccess<ProjectWrite>,
    Path(path): Path<TeamPath>,
) -> Result<Json<ProjectDetailView>> {
    Ok(Json(change(&app, &access, &path, false).await?))
}

async fn change(
    app: &App,
    access: &ProjectAccess<ProjectWrite>,
    path: &TeamPath,
    is_theirs: bool,
) -> Result<ProjectDetailView> {
    let team = find(app, access, path).await?;
    if !may_change_team(app, &access.within, &team).await? {
        return Err(Error::Forbidden(&[]));
    }
    let mut tx = app.db.begin().await?;
    let acting = acting(&access.within);
    teams::give_project(&mut tx, &acting, &team, &access.project, is_theirs, app.clock.now()).await?;
    tx.commit().await?;
    get::detail(app, access).await
}

async fn find(app: &App, access: &ProjectAccess<ProjectWrite>, path: &TeamPath) -> Result<Team> {
    let slug = Some(path.team.as_str()).filter(|slug| !slug.contains('\0')).ok_or(Error::NotFound)?;
    rows::find_by_slug(&app.db, access.organization().id, slug).await?.ok_or(Error::NotFound)
}

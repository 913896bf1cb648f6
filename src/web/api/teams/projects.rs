//! `/teams/{organization}/{team}/projects/`: what the caller sees of a team's, and a new project for it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::TeamAccess;
use crate::app::App;
use crate::services::projects::{self as service, NewProject};
use crate::web::acting::acting;
use crate::web::api::body::Fields;
use crate::web::api::lists::{ListAnswer, page_of};
use crate::web::api::projects::ProjectView;
use crate::web::api::tenancy::Tenancy;
use crate::web::error::{Error, Result};
use crate::web::extract::Pagination;
use crate::web::extract::needs::{ProjectWrite, TeamRead};

pub async fn list(
    State(app): State<App>,
    access: TeamAccess<TeamRead>,
    pagination: Pagination,
) -> Result<ListAnswer<ProjectView>> {
    let tenancy = Tenancy::load(&app, &access.within).await?;
    let mut projects = access.within.projects(&app).await?;
    projects.retain(|project| tenancy.owns(access.team.id, project.id));
    Ok(page_of(&pagination, projects.iter().map(|project| tenancy.project(project)).collect()))
}

/// The project comes with its first key.
pub async fn create(
    State(app): State<App>,
    access: TeamAccess<ProjectWrite>,
    mut fields: Fields,
) -> Result<(StatusCode, Json<ProjectView>)> {
    let tenancy = Tenancy::load(&app, &access.within).await?;
    if !tenancy.may_use(access.team.id) {
        return Err(Error::Forbidden(&[]));
    }
    let name = fields.required_text("name", service::MAX_NAME);
    let (slug, platform) = (fields.slug("slug"), fields.text("platform", 64));
    fields.finish()?;

    let project = NewProject {
        organization_id: access.within.organization.id,
        team_id: Some(access.team.id),
        name: &name,
        slug: slug.as_ref(),
        platform: platform.as_deref().filter(|platform| !platform.is_empty()),
    };
    let mut tx = app.db.begin().await?;
    let (created, _) =
        service::create_for(&mut tx, &acting(&access.within), &project, app.clock.now()).await.map_err(|error| {
            match error {
                service::Error::SlugTaken => Error::Conflict(error.to_string().into()),
                other => other.into(),
            }
        })?;
    tx.commit().await?;
    let tenancy = Tenancy::load(&app, &access.within).await?;
    Ok((StatusCode::CREATED, Json(tenancy.project(&created))))
}

//! `GET /organizations/{organization}/teams/`: every team with those of its projects that the caller sees.

use axum::extract::State;

use super::view::TeamWithProjectsView;
use crate::app::App;
use crate::web::api::lists::{ListAnswer, Named, Params, Words, page_of};
use crate::web::api::tenancy::Tenancy;
use crate::web::error::Result;
use crate::web::extract::needs::TeamOrOrgRead;
use crate::web::extract::{OrganizationAccess, Pagination};

pub async fn list(
    State(app): State<App>,
    access: OrganizationAccess<TeamOrOrgRead>,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<TeamWithProjectsView>> {
    let tenancy = Tenancy::load(&app, &access).await?;
    let projects = access.projects(&app).await?;
    let words = Words::parse(&params.query);
    let found = tenancy.teams.iter().filter(|team| {
        words.match_all(&Named { id: team.id.0, slug: &team.slug, name: &team.name, teams: Vec::new() })
    });
    let views = found.map(|team| {
        let owned = projects.iter().filter(|project| tenancy.owns(team.id, project.id));
        TeamWithProjectsView {
            team: tenancy.team(team),
            projects: owned.map(|project| tenancy.project(project)).collect(),
        }
    });
    Ok(page_of(&pagination, views.collect()))
}

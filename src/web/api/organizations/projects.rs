//! `GET /organizations/{organization}/projects/`: what the caller sees, bookmarks first.

use axum::extract::State;

use crate::app::App;
use crate::store::projects::Project;
use crate::web::api::lists::{ListAnswer, Named, Params, Words, page_of};
use crate::web::api::projects::{ProjectSummaryView, add_stats};
use crate::web::api::series::Period;
use crate::web::api::tenancy::Tenancy;
use crate::web::error::Result;
use crate::web::extract::needs::OrgRead;
use crate::web::extract::{OrganizationAccess, Pagination};

pub async fn list(
    State(app): State<App>,
    access: OrganizationAccess<OrgRead>,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<ProjectSummaryView>> {
    let tenancy = Tenancy::load(&app, &access).await?;
    let words = Words::parse(&params.query);
    let mut projects = access.projects(&app).await?;
    projects.retain(|project| words.match_all(&named(project, &tenancy)));
    projects.sort_by_key(|project| (!tenancy.is_bookmarked(project.id), project.slug.clone()));
    let mut views = ProjectSummaryView::list(&app, &tenancy, &projects).await?;
    if let Some(period) = Period::parse(params.stats_period.as_deref().unwrap_or_default())? {
        add_stats(&app, &mut views, &projects, period).await?;
    }
    Ok(page_of(&pagination, views))
}

fn named<'a>(project: &'a Project, tenancy: &'a Tenancy) -> Named<'a> {
    Named { id: project.id.0, slug: &project.slug, name: &project.name, teams: tenancy.team_slugs(project.id) }
}

//! `GET /projects/`: every project the caller sees, in all organizations, newest first.

use std::cmp::Reverse;

use axum::extract::State;

use super::view::ProjectWithOrganizationView;
use crate::app::App;
use crate::types::role::Role;
use crate::web::api::lists::{ListAnswer, Named, Params, Words, page_of};
use crate::web::api::organizations::OrganizationView;
use crate::web::api::tenancy::Tenancy;
use crate::web::error::Result;
use crate::web::extract::needs::ProjectRead;
use crate::web::extract::{Actor, OrganizationAccess, Pagination};

pub async fn list(
    State(app): State<App>,
    actor: Actor,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<ProjectWithOrganizationView>> {
    // Only the token counts here: every role may see its projects.
    actor.require::<ProjectRead>(Some(Role::Owner))?;
    let shows_all = params.show.as_deref() == Some("all");
    let organizations = actor.organizations(&app, shows_all).await?;
    let words = Words::parse(&params.query);
    let mut views = Vec::new();
    for organization in organizations {
        let access = OrganizationAccess::<ProjectRead>::find(&app, actor.clone(), &organization.slug).await?;
        let tenancy = Tenancy::load(&app, &access).await?;
        for project in access.projects(&app).await? {
            let teams = tenancy.team_slugs(project.id);
            if words.match_all(&Named { id: project.id.0, slug: &project.slug, name: &project.name, teams }) {
                let organization = OrganizationView::of(&access.organization);
                let view = ProjectWithOrganizationView { project: tenancy.project(&project), organization };
                views.push((Reverse((project.created_at, project.id)), view));
            }
        }
    }
    views.sort_by_key(|(created, _)| *created);
    Ok(page_of(&pagination, views.into_iter().map(|(_, view)| view).collect()))
}

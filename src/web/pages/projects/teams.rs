//! Whose a project is: the teams whose members see it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::services::teams;
use crate::store::teams::{self as rows, Team};
use crate::types::scope::Scope;
use crate::web::acting::{acting, may_change_team};
use crate::web::avatar::Avatar;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{ProjectRead, ProjectWrite};
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::render;

#[derive(Template)]
#[template(path = "projects/teams.html")]
struct TeamsPage {
    layout: Layout,
    /// Teams, with their letters and whether the viewer may take the project from them.
    teams: Vec<(Team, Avatar, bool)>,
    /// Teams of the viewer's that could get it too.
    others: Vec<Team>,
    may_write: bool,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: ProjectAccess<ProjectRead>) -> Result<Response> {
    let may_write = access.may(Scope::ProjectWrite);
    let owning = rows::list_of_project(&app.db, access.project.id).await?;
    let mut teams = Vec::new();
    for team in &owning {
        let is_own = may_write && may_change_team(&app, &access.within, team).await?;
        teams.push((team.clone(), Avatar::of(&team.name), is_own));
    }
    let mut others = Vec::new();
    for team in rows::list(&app.db, access.organization().id).await? {
        let is_new = !owning.iter().any(|own| own.id == team.id);
        if may_write && is_new && may_change_team(&app, &access.within, &team).await? {
            others.push(team);
        }
    }
    let layout = Layout::of_project(&app, &viewer, &access, Section::Settings);
    render(&TeamsPage { layout, teams, others, may_write })
}

/// `add` or `remove`: the slug of a team.
pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ProjectWrite>,
    posted: Posted,
) -> Result<Response> {
    let (slug, is_theirs) = match posted.text("add") {
        "" => (posted.text("remove"), false),
        slug => (slug, true),
    };
    let slug = Some(slug).filter(|slug| !slug.contains('\0')).ok_or(Error::NotFound)?;
    let team = rows::find_by_slug(&app.db, access.organization().id, slug).await?.ok_or(Error::NotFound)?;
    if !may_change_team(&app, &access.within, &team).await? {
        return Err(Error::Forbidden(&[]));
    }
    let mut tx = app.db.begin().await?;
    let acting = acting(&access.within);
    teams::give_project(&mut tx, &acting, &team, &access.project, is_theirs, app.clock.now()).await?;
    tx.commit().await?;
    // Who gave away the last team through which they saw it is better off in the list.
    let path = format!("/organizations/{}/projects/", access.organization().slug);
    let stays = format!("/settings/{}/projects/{}/teams/", access.organization().slug, access.project.slug);
    let sees = access.within.projects(&app).await?.iter().any(|project| project.id == access.project.id);
    redirect_with(&app, &viewer, if sees { &stays } else { &path }, viewer.messages().form_saved()).await
}

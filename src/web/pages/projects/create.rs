//! Making a project. It ends on the instructions for its platform.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::messages::Messages;
use crate::services::projects::{self, NewProject};
use crate::services::teams as service;
use crate::store::members;
use crate::store::projects::Project;
use crate::store::teams::{self, Team};
use crate::web::acting::acting;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::needs::ProjectWrite;
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::onboarding::platforms;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::{redirect, render};

#[derive(Template)]
#[template(path = "projects/create.html")]
struct CreatePage {
    layout: Layout,
    action: String,
    platforms: Vec<(&'static str, &'static str)>,
    /// Teams that may have it, each with whether it is chosen.
    teams: Vec<(Team, bool)>,
    posted: Posted,
    errors: FieldErrors,
}

type Access = OrganizationAccess<ProjectWrite>;

pub async fn show(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    render(&page(&app, &viewer, &access, Posted::default(), FieldErrors::default()).await?)
}

pub async fn save(State(app): State<App>, viewer: Viewer, access: Access, posted: Posted) -> Result<Response> {
    match create(&app, viewer.messages(), &access, &posted).await? {
        Ok(project) => {
            let path = format!("/{}/{}/getting-started/", access.organization.slug, project.slug);
            Ok(redirect(&app, &path))
        }
        Err(errors) => {
            let page = page(&app, &viewer, &access, posted, errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}

async fn create(app: &App, t: Messages, access: &Access, posted: &Posted) -> Result<Result<Project, FieldErrors>> {
    let teams = own_teams(app, access).await?;
    let chosen: Option<Vec<&Team>> =
        posted.all("team").map(|slug| teams.iter().find(|team| team.slug == slug)).collect();
    let Some((team, more)) = chosen.as_ref().and_then(|chosen| chosen.split_first()) else {
        return Ok(Err(FieldErrors::one("team", t.project_choose_team())));
    };
    let platform = posted.text("platform");
    if platforms::find(platform).is_none() {
        return Ok(Err(FieldErrors::one("platform", t.form_platform())));
    }
    let new = NewProject {
        organization_id: access.organization.id,
        team_id: Some(team.id),
        name: posted.text("name"),
        slug: None,
        platform: Some(platform),
    };
    let (mut tx, acting, now) = (app.db.begin().await?, acting(access), app.clock.now());
    match projects::create_for(&mut tx, &acting, &new, now).await {
        Ok((project, _key)) => {
            for team in more {
                service::give_project(&mut tx, &acting, team, &project, true, now).await?;
            }
            tx.commit().await?;
            Ok(Ok(project))
        }
        Err(error) => Ok(Err(error.field_errors(t)?)),
    }
}

/// The teams that the viewer may give a project to: all of them, or those they are in.
async fn own_teams(app: &App, access: &Access) -> Result<Vec<Team>> {
    let mut all = teams::list(&app.db, access.organization.id).await?;
    if let Some(member) = access.member.as_ref().filter(|_| !access.sees_all_projects()) {
        let own = members::list_team_ids(&app.db, member.id).await?;
        all.retain(|team| own.contains(&team.id));
    }
    Ok(all)
}

async fn page(app: &App, viewer: &Viewer, access: &Access, posted: Posted, errors: FieldErrors) -> Result<CreatePage> {
    let teams = own_teams(app, access).await?;
    if teams.is_empty() && !access.sees_all_projects() {
        return Err(Error::Conflict(viewer.messages().project_no_own_team().into()));
    }
    let is_only = teams.len() == 1;
    let chosen = |team: Team| {
        let is_on = is_only || posted.all("team").any(|slug| slug == team.slug);
        (team, is_on)
    };
    let layout = Layout::of_organization(app, viewer, access, Section::Projects);
    Ok(CreatePage {
        action: format!("{}/organizations/{}/projects/new/", layout.base, access.organization.slug),
        platforms: platforms::all().map(|platform| (platform.id, platform.name)).collect(),
        teams: teams.into_iter().map(chosen).collect(),
        layout,
        posted,
        errors,
    })
}

//! Giving a project to another organization: the offer, and taking it.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::services::project_transfer::{self as service, OFFER_DAYS};
use crate::store::organizations;
use crate::store::projects::Project;
use crate::store::teams::{self, Team};
use crate::web::acting::acting;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::{OrgAdmin, ProjectAdmin};
use crate::web::extract::{Actor, OrganizationAccess, ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

#[derive(Template)]
#[template(path = "projects/transfer.html")]
struct TransferPage {
    layout: Layout,
    organization: String,
    slug: String,
    email: String,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "projects/accept_transfer.html")]
struct AcceptPage {
    layout: Layout,
    project: Project,
    /// Where it comes from.
    from: String,
    token: String,
    /// Teams of the organizations that the viewer owns.
    teams: Vec<(String, String)>,
    chosen: String,
    errors: FieldErrors,
}

type Access = ProjectAccess<ProjectAdmin>;

pub async fn show(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    render(&page(&app, &viewer, &access, "", FieldErrors::default()))
}

pub async fn offer(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let (t, slug, email) = (viewer.messages(), &access.project.slug, posted.text("email"));
    let errors = if posted.text("confirm") == slug {
        match service::offer(&app, &access.actor().doer(), access.organization(), &access.project, email).await {
            Ok(()) => {
                let path = format!("/settings/{}/projects/{slug}/", access.organization().slug);
                return redirect_with(&app, &viewer, &path, t.transfer_offered(OFFER_DAYS, email)).await;
            }
            Err(error) => error.field_errors(t)?,
        }
    } else {
        FieldErrors::one("confirm", t.form_not_confirmed(slug))
    };
    let page = page(&app, &viewer, &access, email, errors);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

fn page(app: &App, viewer: &Viewer, access: &Access, email: &str, errors: FieldErrors) -> TransferPage {
    TransferPage {
        layout: Layout::of_project(app, viewer, access, Section::Settings),
        organization: access.organization().slug.clone(),
        slug: access.project.slug.clone(),
        email: email.to_owned(),
        errors,
    }
}

#[derive(Deserialize)]
pub struct Link {
    #[serde(default)]
    data: String,
}

/// The page that a letter leads to. Looking changes nothing.
pub async fn show_accept(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Query(link): Query<Link>,
) -> Result<Response> {
    render(&accept_page(&app, &viewer, &actor, &link.data, "", FieldErrors::default()).await?)
}

pub async fn accept(State(app): State<App>, viewer: Viewer, actor: Actor, posted: Posted) -> Result<Response> {
    let (t, token, chosen) = (viewer.messages(), posted.text("data"), posted.text("team"));
    service::find(&app, token, actor.user.id).await?;
    let own = own_teams(&app, &actor).await?;
    let errors = match own.into_iter().find(|(access, team)| value(access, team) == chosen) {
        Some((access, team)) => match service::accept(&app, &acting(&access), token, &team).await {
            Ok(project) => {
                let path = format!("/settings/{}/projects/{}/", access.organization.slug, project.slug);
                return redirect_with(&app, &viewer, &path, t.transfer_accepted(project.name)).await;
            }
            Err(error) => error.field_errors(t)?,
        },
        None => FieldErrors::one("team", t.transfer_choose()),
    };
    let page = accept_page(&app, &viewer, &actor, token, chosen, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

/// How the form names a team.
fn value(access: &OrganizationAccess<OrgAdmin>, team: &Team) -> String {
    format!("{}/{}", access.organization.slug, team.slug)
}

/// The teams of the organizations that somebody owns.
async fn own_teams(app: &App, actor: &Actor) -> Result<Vec<(OrganizationAccess<OrgAdmin>, Team)>> {
    let mut own = Vec::new();
    for organization in organizations::list_of_user(&app.db, actor.user.id).await? {
        for team in teams::list(&app.db, organization.id).await? {
            let access = OrganizationAccess::find(app, actor.clone(), &organization.slug).await;
            if let Ok(access) = access {
                own.push((access, team));
            }
        }
    }
    Ok(own)
}

async fn accept_page(
    app: &App,
    viewer: &Viewer,
    actor: &Actor,
    token: &str,
    chosen: &str,
    errors: FieldErrors,
) -> Result<AcceptPage> {
    let project = service::find(app, token, actor.user.id).await?;
    let from = organizations::find(&app.db, project.organization_id).await?;
    let own = own_teams(app, actor).await?;
    let others = own.iter().filter(|(access, _)| access.organization.id != project.organization_id);
    let choice = |(access, team): &(OrganizationAccess<OrgAdmin>, Team)| {
        (value(access, team), format!("{} / {}", access.organization.name, team.name))
    };
    Ok(AcceptPage {
        layout: Layout::new(app, viewer),
        from: from.map(|organization| organization.name).unwrap_or_default(),
        token: token.to_owned(),
        teams: others.map(choice).collect(),
        chosen: chosen.to_owned(),
        project,
        errors,
    })
}

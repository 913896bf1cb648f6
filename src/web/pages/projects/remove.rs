//! Removing a project, after its short name was typed.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::services::projects;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::ProjectAdmin;
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::flash::redirect_with;
use crate::web::render;

#[derive(Template)]
#[template(path = "projects/remove.html")]
struct RemovePage {
    layout: Layout,
    organization: String,
    slug: String,
    errors: FieldErrors,
}

type Access = ProjectAccess<ProjectAdmin>;

pub async fn show(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    render(&page(&app, &viewer, &access, FieldErrors::default()))
}

/// Hides the project at once, so that ingest stops; the rows go in the background.
pub async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let (t, slug) = (viewer.messages(), &access.project.slug);
    if posted.text("confirm") != slug {
        let page = page(&app, &viewer, &access, FieldErrors::one("confirm", t.form_not_confirmed(slug)));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    projects::delete(&app.db, &access.actor().doer(), &access.project, app.clock.now()).await?;
    let path = format!("/organizations/{}/projects/", access.organization().slug);
    redirect_with(&app, &viewer, &path, t.project_removed(&access.project.name)).await
}

fn page(app: &App, viewer: &Viewer, access: &Access, errors: FieldErrors) -> RemovePage {
    RemovePage {
        layout: Layout::of_project(app, viewer, access, Section::Settings),
        organization: access.organization().slug.clone(),
        slug: access.project.slug.clone(),
        errors,
    }
}

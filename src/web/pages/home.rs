//! The front door, the help page, and what browsers and robots ask every site for.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::App;
use crate::store::{members, organizations, superusers, users};
use crate::types::ids::OrganizationId;
use crate::web::error::{Error, Result};
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::{assets, redirect, render};

/// Keys, and where to read on.
#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    layout: Layout,
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(show))
        .route("/docs/", get(help))
        .route("/out/", get(nothing))
        .route("/favicon.ico", get(favicon))
        .route("/robots.txt", get(robots))
}

/// To the issues of the organization the user was in last; a fresh installation to its set-up.
async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let Some(user) = &viewer.user else {
        let is_fresh = !superusers::exists(&app.db).await?;
        return if is_fresh { Ok(redirect(&app, "/manage/setup/")) } else { Err(Error::Unauthorized) };
    };
    match last_organization(&app, user).await? {
        Some(slug) => Ok(redirect(&app, &format!("/organizations/{slug}/issues/"))),
        None => Ok(redirect(&app, "/organizations/")),
    }
}

/// The slug of the organization the user was in last, or of any they may see.
pub async fn last_organization(app: &App, user: &users::User) -> Result<Option<String>> {
    if let Some(id) = user.last_organization_id
        && (user.is_superuser || members::find(&app.db, id, user.id).await?.is_some())
        && let Some(organization) = organizations::find(&app.db, id).await?
    {
        return Ok(Some(organization.slug));
    }
    let own = organizations::list_of_user(&app.db, user.id).await?;
    Ok(own.into_iter().next().map(|organization| organization.slug))
}

/// Notes where the user is, where that has changed.
pub async fn remember_organization(app: &App, actor: &Actor, id: OrganizationId) -> Result<()> {
    if actor.user.last_organization_id != Some(id) {
        users::update_last_organization(&app.db, actor.user.id, id).await?;
    }
    Ok(())
}

async fn help(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    render(&HelpPage { layout: Layout::new(&app, &viewer) })
}

/// An old redirector for anybody's links, which must stay empty.
async fn nothing() -> Error {
    Error::NotFound
}

async fn favicon(State(app): State<App>) -> Response {
    redirect(&app, &assets::url("favicon.svg"))
}

async fn robots() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "User-agent: *\nDisallow: /\n")
}

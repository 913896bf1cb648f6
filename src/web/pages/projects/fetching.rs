//! Whether scripts and source maps that nobody uploaded are fetched from the web, and with which token.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::save_settings;
use crate::app::App;
use crate::messages::Messages;
use crate::types::project_settings::Fetching;
use crate::types::scope::Scope;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::{ProjectRead, ProjectWrite};
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::posted::Posted;
use crate::web::render;

#[derive(Template)]
#[template(path = "projects/fetching.html")]
struct FetchingPage {
    layout: Layout,
    fetching: Fetching,
    /// Whether the installation lets projects choose.
    is_allowed: bool,
    /// Whether the organization does.
    is_allowed_here: bool,
    may_write: bool,
    errors: FieldErrors,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: ProjectAccess<ProjectRead>) -> Result<Response> {
    render(&FetchingPage {
        layout: Layout::of_project(&app, &viewer, &access, Section::Settings),
        fetching: access.project.settings.fetching.clone(),
        is_allowed: app.config.source_maps.may_fetch,
        is_allowed_here: access.organization().settings.scrape_javascript,
        may_write: access.may(Scope::ProjectWrite),
        errors: FieldErrors::default(),
    })
}

pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ProjectWrite>,
    posted: Posted,
) -> Result<Response> {
    let fetching = read(&posted);
    let errors = check(viewer.messages(), &fetching);
    if !errors.is_empty() {
        let layout = Layout::of_project(&app, &viewer, &access, Section::Settings);
        let is_allowed = app.config.source_maps.may_fetch;
        let is_allowed_here = access.organization().settings.scrape_javascript;
        let page = FetchingPage { layout, fetching, is_allowed, is_allowed_here, may_write: true, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    let mut settings = access.project.settings.0.clone();
    settings.fetching = fetching;
    save_settings(&app, &viewer, &access, &settings, "source-maps/fetching/").await
}

/// Who turns it on without a token gets one.
fn read(posted: &Posted) -> Fetching {
    let (is_on, token) = (posted.is_on("is_on"), posted.text("token"));
    let token = match token {
        "" if is_on => Uuid::new_v4().simple().to_string(),
        token => token.to_owned(),
    };
    let header = Some(posted.text("token_header")).filter(|name| !name.is_empty()).unwrap_or(Fetching::TOKEN_HEADER);
    Fetching { is_on, token, token_header: header.to_owned(), verifies_tls: posted.is_on("verifies_tls") }
}

fn check(t: Messages, fetching: &Fetching) -> FieldErrors {
    let mut errors = FieldErrors::default();
    if !Fetching::is_token(&fetching.token) || fetching.token.len() > Fetching::MAX_TOKEN {
        errors.add("token", t.project_fetching_bad_token(Fetching::MAX_TOKEN));
    }
    if !Fetching::is_header(&fetching.token_header) || fetching.token_header.len() > Fetching::MAX_TOKEN {
        errors.add("token_header", t.project_fetching_bad_header());
    }
    errors
}

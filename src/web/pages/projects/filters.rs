//! Inbound filters: what a project refuses before it is stored.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;

use super::save_settings;
use crate::app::App;
use crate::messages::Messages;
use crate::types::project_settings::InboundFilters;
use crate::types::scope::Scope;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::{ProjectRead, ProjectWrite};
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::posted::Posted;
use crate::web::render;

#[derive(Template)]
#[template(path = "projects/filters.html")]
struct FiltersPage {
    layout: Layout,
    filters: InboundFilters,
    may_write: bool,
    errors: FieldErrors,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: ProjectAccess<ProjectRead>) -> Result<Response> {
    render(&FiltersPage {
        layout: Layout::of_project(&app, &viewer, &access, Section::Settings),
        filters: access.project.settings.filters.clone(),
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
    let filters = read(&posted);
    let errors = check(viewer.messages(), &filters);
    if !errors.is_empty() {
        let layout = Layout::of_project(&app, &viewer, &access, Section::Settings);
        let page = FiltersPage { layout, filters, may_write: true, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    let mut settings = access.project.settings.0.clone();
    settings.filters = filters;
    save_settings(&app, &viewer, &access, &settings, "filters/").await
}

fn read(posted: &Posted) -> InboundFilters {
    // Messages may hold commas, so these are one to a line only.
    let messages = posted.raw("error_messages").lines().map(str::trim).filter(|line| !line.is_empty());
    InboundFilters {
        ip_addresses: posted.lines("ip_addresses"),
        releases: posted.lines("releases"),
        error_messages: messages.map(str::to_owned).collect(),
        localhost: posted.is_on("localhost"),
        browser_extensions: posted.is_on("browser_extensions"),
        legacy_browsers: posted.is_on("legacy_browsers"),
        web_crawlers: posted.is_on("web_crawlers"),
        csp_defaults: posted.is_on("csp_defaults"),
        csp_ignored_sources: posted.lines("csp_ignored_sources"),
    }
}

fn check(t: Messages, filters: &InboundFilters) -> FieldErrors {
    let is_address = |text: &&String| text.parse::<IpNet>().is_err() && text.parse::<std::net::IpAddr>().is_err();
    match filters.ip_addresses.iter().find(is_address) {
        Some(wrong) => FieldErrors::one("ip_addresses", t.project_not_an_address(wrong)),
        None => FieldErrors::default(),
    }
}

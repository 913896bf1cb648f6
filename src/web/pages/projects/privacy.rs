//! Data scrubbing: what is taken out of events before they are stored.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::save_settings;
use crate::app::App;
use crate::types::organization_settings::OrganizationSettings;
use crate::types::project_settings::ProjectSettings;
use crate::types::scope::Scope;
use crate::web::error::Result;
use crate::web::extract::needs::{ProjectRead, ProjectWrite};
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::posted::Posted;
use crate::web::render;

#[derive(Template)]
#[template(path = "projects/privacy.html")]
struct PrivacyPage {
    layout: Layout,
    settings: ProjectSettings,
    /// What holds whatever the project says.
    required: OrganizationSettings,
    may_write: bool,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: ProjectAccess<ProjectRead>) -> Result<Response> {
    render(&PrivacyPage {
        layout: Layout::of_project(&app, &viewer, &access, Section::Settings),
        settings: access.project.settings.0.clone(),
        required: access.organization().settings.0.clone(),
        may_write: access.may(Scope::ProjectWrite),
    })
}

pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ProjectWrite>,
    posted: Posted,
) -> Result<Response> {
    let settings = ProjectSettings {
        scrub_data: posted.is_on("scrub_data"),
        scrub_defaults: posted.is_on("scrub_defaults"),
        scrub_ip_address: posted.is_on("scrub_ip_address"),
        sensitive_fields: posted.lines("sensitive_fields"),
        safe_fields: posted.lines("safe_fields"),
        ..access.project.settings.0.clone()
    };
    save_settings(&app, &viewer, &access, &settings, "data-privacy/").await
}

//! Versions of what runs, and every option as it is in effect, without its secrets.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::config::OPTIONS;
use crate::services::stats::{self, Versions};
use crate::web::error::Result;
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::manage::settings::source_of;
use crate::web::render;

#[derive(Template)]
#[template(path = "manage/environment.html")]
struct EnvironmentPage {
    layout: Layout,
    versions: Versions,
    /// Key, value, where it comes from.
    options: Vec<(&'static str, String, String)>,
}

pub async fn show(State(app): State<App>, viewer: Viewer, _access: SuperuserAccess) -> Result<Response> {
    let (t, settings) = (viewer.messages(), app.config.settings());
    let options = OPTIONS.iter().map(|spec| {
        let setting = settings.get(spec.key);
        let value = setting.map(|setting| setting.value.to_string()).unwrap_or_default();
        (spec.key, value, source_of(t, setting))
    });
    render(&EnvironmentPage {
        layout: Layout::in_section(&app, &viewer, Section::Admin),
        options: options.collect(),
        versions: stats::versions(&app).await?,
    })
}

//! Which address the project's DSNs name, where there is one for events alone (demands.md 17).

use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::web::error::Result;
use crate::web::extract::needs::ProjectWrite;
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::pages::posted::Posted;
use crate::web::pages::projects::save_settings;

pub async fn choose(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ProjectWrite>,
    posted: Posted,
) -> Result<Response> {
    let mut settings = access.project.settings.0.clone();
    settings.keeps_dsn_inside = posted.text("endpoint") == "inside";
    save_settings(&app, &viewer, &access, &settings, "keys/").await
}

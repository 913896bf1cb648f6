//! What users wrote about the errors they met: of a project, of an organization, of an issue.

mod inbox;
pub mod view;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{organization}/user-feedback/", get(inbox::of_organization).post(inbox::mark))
        .route("/{organization}/{project}/user-feedback/", get(inbox::of_project))
}

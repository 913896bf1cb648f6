//! The client keys of a project: what an SDK puts into its DSN.

mod detail;
mod endpoint;
mod list;
mod state;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::Needs;

pub fn routes() -> Router<App> {
    let one = "/settings/{organization}/projects/{project}/keys/{key}";
    Router::new()
        .route("/settings/{organization}/projects/{project}/keys/", get(list::show).post(list::create))
        .route("/settings/{organization}/projects/{project}/keys/endpoint/", post(endpoint::choose))
        .route(&format!("{one}/"), get(detail::show).post(detail::save))
        .route(&format!("{one}/disable/"), post(state::disable))
        .route(&format!("{one}/enable/"), post(state::enable))
        .route(&format!("{one}/rotate/"), post(state::rotate))
        .route(&format!("{one}/delete/"), get(state::confirm).post(state::delete))
}

/// The path of the list, without the base path.
fn list_path<N: Needs>(access: &ProjectAccess<N>) -> String {
    format!("/settings/{}/projects/{}/keys/", access.organization().slug, access.project.slug)
}

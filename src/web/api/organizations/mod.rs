//! Tenants.

mod create;
mod get;
mod list;
mod projects;
mod update;
mod view;

use axum::Router;
use axum::routing::get;

pub use view::OrganizationView;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/", get(list::list).post(create::create))
        .route("/organizations/{organization}/", get(get::show).put(update::update))
        .route("/organizations/{organization}/projects/", get(projects::list))
}

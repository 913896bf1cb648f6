//! Files of a release: what sentry-cli up to 2.x and older bundler plugins upload one by one (web-api.md 7.2).

mod create;
mod delete;
mod delete_all;
mod get;
mod list;
mod update;
mod view;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get};

use crate::app::App;

pub fn routes() -> Router<App> {
    // Files have a limit of their own.
    let files = || -> MethodRouter<App> { get(list::list).post(create::create).layer(DefaultBodyLimit::disable()) };
    let file = || get(get::show).put(update::update).delete(delete::delete);
    Router::new()
        .route("/projects/{organization}/{project}/releases/{version}/files/", files())
        .route("/organizations/{organization}/releases/{version}/files/", files())
        .route("/projects/{organization}/{project}/releases/{version}/files/{file}/", file())
        .route("/organizations/{organization}/releases/{version}/files/{file}/", file())
        .route(
            "/projects/{organization}/{project}/files/source-maps/",
            axum::routing::delete(delete_all::delete_of_project),
        )
        .route("/organizations/{organization}/files/source-maps/", axum::routing::delete(delete_all::delete))
}

//! Releases of an organization or a project, and everything about one.

mod actions;
mod address;
mod adoption;
mod artifacts;
mod commits;
pub mod frame;
pub mod issue_rows;
mod issues;
mod list;
mod overview;

use axum::Router;
use axum::routing::{get, post};

pub use address::release_path;

use crate::app::App;

const LISTS: [&str; 2] = ["/organizations/{organization}/releases", "/{organization}/{project}/releases"];

pub fn routes() -> Router<App> {
    let router = Router::new()
        .route(&format!("{}/", LISTS[0]), get(list::of_organization))
        .route(&format!("{}/", LISTS[1]), get(list::of_project));
    LISTS.into_iter().fold(router, |router, list| {
        let path = |rest: &str| format!("{list}/{{version}}/{rest}");
        router
            .route(&path(""), get(overview::show))
            .route(&path("new-events/"), get(issues::new))
            .route(&path("all-events/"), get(issues::all))
            .route(&path("commits/"), get(commits::show))
            .route(&path("artifacts/"), get(artifacts::show).post(artifacts::delete))
            .route(&path("archive/"), post(actions::archive))
            .route(&path("delete/"), get(actions::confirm).post(actions::delete))
    })
}

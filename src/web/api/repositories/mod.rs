//! Repositories: where commits come from. Picket connects to none; it knows them by name.

mod access;
mod commits;
mod create;
mod delete;
mod list;
mod update;

use axum::Router;
use axum::routing::{get, put};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{organization}/repos/", get(list::list).post(create::create))
        .route("/organizations/{organization}/repos/{repository}/", put(update::update).delete(delete::delete))
        .route("/organizations/{organization}/repos/{repository}/commits/", get(commits::list))
        .route("/organizations/{organization}/config/repos/", get(list::providers))
}

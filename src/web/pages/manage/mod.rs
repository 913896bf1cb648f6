//! The installation: its set-up and its administration.

mod organizations;
mod overview;
mod queue;
mod setup;
mod users;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/manage/", get(overview::show))
        .route("/manage/setup/", get(setup::show).post(setup::save))
        .route("/manage/queue/", get(queue::show))
        .route("/manage/queue/{event}/replay/", post(queue::replay))
        .route("/manage/queue/{event}/drop/", post(queue::forget))
        .route("/manage/users/", get(users::show))
        .route("/manage/organizations/", get(organizations::show))
}

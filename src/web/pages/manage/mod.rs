//! The installation: its set-up and its administration.

mod setup;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().route("/manage/setup/", get(setup::show).post(setup::save))
}

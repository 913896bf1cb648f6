//! `/internal/`: the installation itself.

mod health;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().route("/internal/health/", get(health::show))
}

//! `/internal/`: the installation itself.

mod health;
mod options;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/internal/health/", get(health::show))
        .route("/internal/options/", get(options::list).put(options::change))
}

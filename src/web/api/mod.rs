//! The web API `/api/0/`: `<resource>/<verb>.rs`, routes in `<resource>/mod.rs`.

pub mod health;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
}

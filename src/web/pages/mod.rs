//! Pages: `<area>/<page>.rs`, routes in `<area>/mod.rs`.

mod auth;
pub mod issues;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().merge(auth::routes())
}

//! The areas and what surrounds each. Inside an area, its `mod.rs` lists the routes.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::{api, assets, middleware, pages};
use crate::app::App;
use crate::services::checks::PROBE_PATH;

/// Forms and API bodies; files have limits of their own.
const MAX_BODY_BYTES: usize = 2 << 20;

/// Pages, API, assets and health. Ingest stands before it (`serve`), since it must not pay for any of this.
pub fn router(app: App) -> Router {
    let areas = Router::new()
        // With the slash, so that `/api/0/` itself is inside.
        .nest("/api/0/", api_area(&app))
        .route("/_static/{hash}/{*name}", get(assets::show))
        .merge(page_area(&app));
    areas
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .route("/_health/", get(api::health::show))
        .route(&format!("{PROBE_PATH}{{secret}}/"), post(api::probe::answer))
        .with_state(app)
}

fn api_area(app: &App) -> Router<App> {
    api::routes()
        .fallback(middleware::api_fallback)
        .layer(from_fn_with_state(app.clone(), middleware::cross_site))
        .layer(from_fn_with_state(app.clone(), middleware::allowed_networks))
        .layer(from_fn(middleware::drain))
        .layer(from_fn_with_state(app.clone(), middleware::time_limit))
        .layer(from_fn(middleware::api_failures))
        .layer(from_fn(middleware::api_headers))
        .layer(from_fn(middleware::api_cors))
}

fn page_area(app: &App) -> Router<App> {
    pages::routes()
        .fallback(middleware::page_fallback)
        .layer(from_fn_with_state(app.clone(), middleware::cross_site))
        .layer(from_fn_with_state(app.clone(), middleware::allowed_networks))
        .layer(from_fn_with_state(app.clone(), middleware::time_limit))
        .layer(from_fn_with_state(app.clone(), middleware::around_pages))
        .layer(from_fn(middleware::page_headers))
}

//! Issues that were shared with everybody: readable signed out, without what may name their users.

mod issue;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::App;
use crate::web::base_path;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/share/issue/{token}/", get(issue::show))
        .route("/share/issue/{token}/part/exception/", get(issue::part))
        .route("/share/issue/{token}/json/", get(issue::json))
        .route("/share/group/{token}/", get(old))
}

/// Sentry's older address.
async fn old(State(app): State<App>, Path(token): Path<String>) -> Response {
    let token: String = token.chars().filter(|c| c.is_ascii_hexdigit() || *c == '-').collect();
    let location = format!("{}/share/issue/{token}/", base_path(&app));
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

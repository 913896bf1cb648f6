//! Templates to responses.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::error::Result;
use crate::app::App;

/// Renders a page.
pub fn render(page: &impl Template) -> Result<Response> {
    Ok(Html(page.render()?).into_response())
}

/// `303 See Other` to a path of ours: after a POST the browser GETs it.
pub fn redirect(app: &App, path: &str) -> Response {
    let location = format!("{}{path}", super::base_path(app));
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

//! Who belongs to an organization, and who is invited to (web-api.md 5).

mod access;
mod create;
mod delete;
mod get;
mod list;
mod teams;
mod update;
mod view;

use axum::Json;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

pub use create::read_role;
pub use view::MemberView;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{organization}/members/", get(list::list).post(create::create))
        .route(
            "/organizations/{organization}/members/{member}/",
            get(get::show).put(update::update).delete(delete::delete),
        )
        .route("/organizations/{organization}/members/{member}/teams/{team}/", post(teams::join).delete(teams::leave))
}

const INSUFFICIENT_ROLE: &str = "You cannot remove a member who has more access than you.";

/// A refusal about one field in the words that clients of the API know.
fn refuse(status: StatusCode, field: &'static str, text: &str) -> Response {
    (status, Json(json!({field: text}))).into_response()
}

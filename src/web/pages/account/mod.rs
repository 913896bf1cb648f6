//! One's own account: details, password, API tokens.

mod details;
mod look;
mod password;
mod tokens;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/account/details/", get(details::show).post(details::save))
        .route("/settings/account/look/", post(look::switch))
        .route("/settings/account/security/", get(password::show).post(password::save))
        .route("/settings/account/api/auth-tokens/", get(tokens::show).post(tokens::create))
        .route("/settings/account/api/auth-tokens/{token}/delete/", post(tokens::delete))
}

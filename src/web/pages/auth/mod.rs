//! Entering and leaving.

mod login;
mod logout;

use axum::Router;
use axum::routing::{get, post};

pub use login::begin_session;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/auth/login/", get(login::show).post(login::sign_in))
        .route("/auth/login/{organization}/", get(login::show).post(login::sign_in))
        .route("/auth/logout/", post(logout::sign_out))
}

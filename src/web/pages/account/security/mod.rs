//! Password, second factors and sessions.

mod factors;
mod key;
mod page;
mod password;
mod sessions;
mod totp;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::store::users::User;
use crate::web::error::Result;
use crate::web::extract::Viewer;

pub const PATH: &str = "/settings/account/security/";

pub fn routes() -> Router<App> {
    Router::new()
        .route(PATH, get(page::show).post(password::save))
        .route("/settings/account/security/totp/", get(totp::show).post(totp::begin))
        .route("/settings/account/security/totp/confirm/", post(totp::confirm))
        .route("/settings/account/security/keys/", get(key::show).post(key::begin))
        .route("/settings/account/security/keys/confirm/", post(key::confirm))
        .route("/settings/account/security/factors/{factor}/remove/", post(factors::remove))
        .route("/settings/account/security/codes/", get(factors::show_codes).post(factors::renew_codes))
        .route("/settings/account/security/sessions/{session}/end/", post(sessions::end))
        .route("/settings/account/security/sessions/end-others/", post(sessions::end_others))
}

/// After a change that ends all sessions: this one goes on.
async fn keep_this_session(app: &App, viewer: &Viewer, user: &User, nonce: &str) -> Result<()> {
    let id = viewer.session.as_deref();
    if let Some(id) = id {
        app.redis.renew_session(id, nonce).await?;
    }
    Ok(app.redis.delete_sessions(user.id, id).await?)
}

//! One's own account: details, addresses, what one signs in with, API tokens.

mod appearance;
mod close;
mod details;
mod emails;
mod look;
mod security;
mod tokens;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/account/details/", get(details::show).post(details::save))
        .route("/settings/account/appearance/", get(appearance::show).post(appearance::save))
        .route("/settings/account/look/", post(look::switch))
        .route("/settings/account/emails/", get(emails::show).post(emails::add))
        .route("/settings/account/emails/{email}/resend/", post(emails::resend))
        .route("/settings/account/emails/{email}/primary/", post(emails::make_primary))
        .route("/settings/account/emails/{email}/remove/", post(emails::remove))
        .merge(security::routes())
        .route("/settings/account/close-account/", get(close::show).post(close::save))
        .route("/settings/account/api/auth-tokens/", get(tokens::show).post(tokens::create))
        .route("/settings/account/api/auth-tokens/{token}/delete/", post(tokens::delete))
}

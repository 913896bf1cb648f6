//! Accounts of people.

mod auth;
mod authenticators;
mod emails;
mod get;
mod list;
mod password;
mod tokens;
mod update;
mod view;

use axum::Router;
use axum::routing::{delete, get, post, put};

pub use view::{AvatarView, UserView};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/auth/", get(get::own).post(auth::sign_in).put(auth::prove).delete(auth::sign_out))
        .route("/users/", get(list::list))
        .route("/users/{user}/", get(get::show).put(update::update).delete(update::delete))
        .route(
            "/users/{user}/emails/",
            get(emails::list).post(emails::add).put(emails::make_primary).delete(emails::remove),
        )
        .route("/users/{user}/emails/confirm/", post(emails::resend))
        .route("/users/{user}/password/", put(password::change))
        .route("/users/{user}/authenticators/", get(authenticators::list))
        .route("/users/{user}/authenticators/{authenticator}/", delete(authenticators::remove))
        .route("/api-tokens/", get(tokens::list).post(tokens::create).delete(tokens::revoke))
}

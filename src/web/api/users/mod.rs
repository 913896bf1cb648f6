//! Accounts of people.

mod get;
mod view;

use axum::Router;
use axum::routing::get;

pub use view::{AvatarView, UserView};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().route("/auth/", get(get::own)).route("/users/{user}/", get(get::show))
}

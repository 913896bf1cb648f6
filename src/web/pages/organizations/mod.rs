//! Organizations, their teams and their members.

mod auth;
mod general;
mod list;
mod members;
mod teams;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/", get(list::show).post(list::create))
        .route("/settings/{organization}/", get(general::show).post(general::save))
        .route("/settings/{organization}/auth/", get(auth::show))
        .route("/settings/{organization}/auth/ldap/", post(auth::try_ldap))
        .route("/settings/{organization}/auth/oidc/", post(auth::try_oidc))
        .route("/settings/{organization}/teams/", get(teams::show).post(teams::create))
        .route("/settings/{organization}/teams/{team}/join/", post(teams::join))
        .route("/settings/{organization}/teams/{team}/leave/", post(teams::leave))
        .route("/settings/{organization}/members/", get(members::show).post(members::add))
        .route("/settings/{organization}/members/{member}/role/", post(members::change_role))
        .route("/settings/{organization}/members/{member}/remove/", post(members::remove))
}

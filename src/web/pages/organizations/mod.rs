//! Organizations, their teams and their members.

mod accept;
mod api_keys;
mod audit_log;
mod audit_words;
mod auth;
mod general;
mod list;
mod members;
mod remove;
mod teams;

use axum::Router;
use axum::routing::{get, post};

pub use members::role_name;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/", get(list::show).post(list::create))
        .route("/settings/{organization}/", get(general::show).post(general::save))
        .route("/settings/{organization}/remove/", get(remove::show).post(remove::remove))
        .route("/organizations/{organization}/restore/", get(remove::removed).post(remove::restore))
        .route("/settings/{organization}/api-keys/", get(api_keys::list).post(api_keys::create))
        .route("/settings/{organization}/api-keys/{key}/", get(api_keys::show).post(api_keys::save))
        .route("/settings/{organization}/api-keys/{key}/delete/", post(api_keys::remove))
        .route("/settings/{organization}/auth/", get(auth::show))
        .route("/settings/{organization}/auth/ldap/", post(auth::try_ldap))
        .route("/settings/{organization}/auth/oidc/", post(auth::try_oidc))
        .route("/accept/{member}/{token}/", get(accept::show).post(accept::save))
        .route("/settings/{organization}/audit-log/", get(audit_log::show))
        .route("/settings/{organization}/audit-log/export/", get(audit_log::export))
        .merge(members::routes())
        .merge(teams::routes())
}

//! Tenants.

mod activity;
mod create;
mod delete;
mod get;
mod list;
mod own_issues;
mod projects;
mod update;
mod view;

use axum::Router;
use axum::routing::get;

pub use view::{OrganizationView, role_name};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/", get(list::list).post(create::create))
        .route("/organizations/{organization}/", get(get::show).put(update::update).delete(delete::delete))
        .route("/organizations/{organization}/activity/", get(activity::list))
        .route("/organizations/{organization}/members/{member}/issues/assigned/", get(own_issues::assigned))
        .route("/organizations/{organization}/members/{member}/issues/bookmarked/", get(own_issues::bookmarked))
        .route("/organizations/{organization}/members/{member}/issues/viewed/", get(own_issues::viewed))
        .route("/organizations/{organization}/projects/", get(projects::list))
}

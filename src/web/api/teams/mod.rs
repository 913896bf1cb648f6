//! Groups of members that own projects.

mod access;
mod change;
mod create;
mod get;
mod list;
mod members;
mod projects;
mod view;

use axum::Router;
use axum::routing::get;

pub use access::TeamAccess;
pub use view::{MembershipView, TeamView};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{organization}/teams/", get(list::list).post(create::create))
        .route("/teams/{organization}/{team}/", get(get::show).put(change::update).delete(change::delete))
        .route("/teams/{organization}/{team}/members/", get(members::list))
        .route("/teams/{organization}/{team}/projects/", get(projects::list).post(projects::create))
}

//! Groups of members that own projects.

mod access;
mod create;
mod get;
mod list;
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
        .route("/teams/{organization}/{team}/", get(get::show))
        .route("/teams/{organization}/{team}/projects/", get(projects::list).post(projects::create))
}

//! Events, whole and in lists.

mod entries;
mod frames;
mod get;
mod grouping_info;
mod json;
mod list;
mod of_issue;
mod owners;
mod problems;
mod stored;
mod view;

pub use stored::StoredEvent;
pub use view::EventView;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/events/{event}/", get(get::anywhere))
        .route("/projects/{organization}/{project}/events/", get(list::list))
        .route("/projects/{organization}/{project}/events/{event}/", get(get::in_project))
        .route("/projects/{organization}/{project}/events/{event}/committers/", get(owners::committers))
        .route("/projects/{organization}/{project}/events/{event}/grouping-info/", get(grouping_info::show))
        .route("/projects/{organization}/{project}/events/{event}/owners/", get(owners::owners))
        .route("/projects/{organization}/{project}/events/{event}/json/", get(json::in_project))
        .route("/organizations/{organization}/events/{event}/json/", get(json::in_organization))
        .route("/organizations/{organization}/eventids/{event}/", get(get::by_id))
        .merge(of_issue::routes())
}

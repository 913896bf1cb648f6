//! Issues: lists with what may be done to many at once, and everything about one.

mod activity;
mod bulk;
mod delete;
mod detail_view;
mod environment;
mod get;
mod hashes;
mod list;
mod mutation;
mod people;
mod related;
mod search;
mod shared;
mod short_id;
mod similar;
mod status_details;
mod tombstones;
mod update;
mod view;

use axum::Router;
use axum::routing::{get, put};

pub use search::IssueScope;
pub use view::{ActorView, IssueView};

use crate::app::App;

/// Issues are reached by their id alone and within their organization; older clients say `groups`.
pub const ISSUE_PATHS: [&str; 3] =
    ["/issues/{issue}", "/groups/{issue}", "/organizations/{organization}/issues/{issue}"];

pub fn routes() -> Router<App> {
    let of_project = || get(list::of_project).put(bulk::update_in_project).delete(bulk::delete_in_project);
    let lists = Router::new()
        .route("/projects/{organization}/{project}/issues/", of_project())
        .route("/projects/{organization}/{project}/groups/", of_project())
        .route(
            "/organizations/{organization}/issues/",
            get(list::of_organization).put(bulk::update_in_organization).delete(bulk::delete_in_organization),
        )
        .route("/organizations/{organization}/shortids/{short_id}/", get(short_id::show))
        .route("/projects/{organization}/{project}/tombstones/", get(tombstones::list))
        .route("/projects/{organization}/{project}/tombstones/{tombstone}/", axum::routing::delete(tombstones::delete))
        .route("/shared/issues/{token}/", get(shared::show))
        .route("/shared/groups/{token}/", get(shared::show));
    ISSUE_PATHS.into_iter().fold(lists, |router, issue| {
        router
            .route(&format!("{issue}/"), get(get::show).put(update::update).delete(delete::delete))
            .merge(notes(&format!("{issue}/notes/")))
            .merge(notes(&format!("{issue}/comments/")))
            .route(&format!("{issue}/activities/"), get(activity::list))
            .route(&format!("{issue}/environments/{{environment}}/"), get(environment::show))
            .route(&format!("{issue}/hashes/"), get(hashes::list).delete(hashes::unmerge))
            .route(&format!("{issue}/participants/"), get(people::participants))
            .route(&format!("{issue}/similar/"), get(similar::list))
            .route(&format!("{issue}/stats/"), get(get::stats))
            .route(&format!("{issue}/user-reports/"), get(related::reports))
            .route(&format!("{issue}/user-feedback/"), get(related::reports))
    })
}

fn notes(path: &str) -> Router<App> {
    Router::new()
        .route(path, get(activity::notes).post(activity::write))
        .route(&format!("{path}{{note}}/"), put(activity::rewrite).delete(activity::delete))
}

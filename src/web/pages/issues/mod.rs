//! Lists of issues, and everything about one issue.

mod activity;
pub(super) mod address;
mod asked;
mod bulk;
mod changes;
pub(super) mod chart;
mod complete;
pub(super) mod detail;
pub mod environment;
pub mod event;
mod events;
mod export;
mod feedback;
mod frame;
mod grouping;
mod grouping_rule;
mod jump;
pub(super) mod list;
mod live;
mod merge;
mod merged;
mod meters;
mod old_links;
mod own;
mod people;
mod problem;
pub(super) mod rows;
pub(super) mod searches;
mod selection;
mod share;
mod side;
mod similar;
pub(super) mod status;
pub(super) mod stored;
mod tag;
mod tags;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::messages::Messages;
use crate::types::level::Level;

const ISSUE: &str = "/organizations/{organization}/issues/{issue}";

pub fn routes() -> Router<App> {
    let issue = |rest: &str| format!("{ISSUE}{rest}");
    Router::new()
        .route("/organizations/{organization}/issues/", get(list::of_organization).post(bulk::act))
        .route("/organizations/{organization}/issues/live/", get(live::list))
        .route("/organizations/{organization}/issues/assigned/", get(own::assigned))
        .route("/organizations/{organization}/issues/bookmarks/", get(own::bookmarked))
        .route("/organizations/{organization}/issues/history/", get(own::viewed))
        .route("/{organization}/{project}/", get(list::of_project))
        .route("/organizations/{organization}/issues/complete/", get(complete::complete))
        .route("/organizations/{organization}/issues/searches/", post(searches::save_in_organization))
        .route("/organizations/{organization}/issues/searches/{search}/", get(searches::open_in_organization))
        .route("/{organization}/{project}/searches/", post(searches::save_in_project))
        .route("/{organization}/{project}/searches/{search}/", get(searches::open_in_project))
        .route("/undo/{token}/", post(bulk::undo))
        .route(&issue("/"), get(detail::newest))
        .route(&issue("/events/{event}/"), get(detail::of_event))
        .route(&issue("/events/{event}/part/{name}/"), get(detail::part))
        .route(&issue("/events/{event}/json/"), get(export::json))
        .route(&issue("/events/{event}"), get(export::text))
        .route(&issue("/activity/"), get(activity::show).post(activity::write))
        .route(&issue("/activity/mentions/"), get(activity::mentions))
        .route(&issue("/activity/{note}/"), post(activity::rewrite))
        .route(&issue("/tags/"), get(tags::list))
        .route(&issue("/tags/{key}/"), get(tag::show))
        .route(&issue("/tags/{key}/export/"), get(tag::export))
        .route(&issue("/events/"), get(events::show))
        .route(&issue("/feedback/"), get(feedback::show))
        .route(&issue("/live/"), get(live::issue))
        .route(&issue("/grouping/"), get(grouping::show))
        .route(&issue("/grouping/rule/"), get(grouping_rule::show).post(grouping_rule::act))
        .route(&issue("/similar/"), get(similar::show))
        .route(&issue("/merged/"), get(merged::show).post(merged::unmerge))
        .route(&issue("/share/"), post(share::act))
        .merge(old_links::routes())
}

/// The icon of a level: each has a shape of its own.
pub(super) fn level_icon(level: Level) -> &'static str {
    match level {
        Level::Fatal => "fatal",
        Level::Error => "error",
        Level::Warning => "level-warning",
        Level::Info => "info",
        Level::Debug | Level::Sample => "debug",
    }
}

/// The level in the reader's language; queries and the API keep the protocol's words.
pub(super) fn level_word(t: Messages, level: Level) -> &'static str {
    match level {
        Level::Fatal => t.issues_level_fatal(),
        Level::Error => t.issues_level_error(),
        Level::Warning => t.issues_level_warning(),
        Level::Info => t.issues_level_info(),
        Level::Debug => t.issues_level_debug(),
        Level::Sample => t.issues_level_sample(),
    }
}

//! Projects: where events arrive.

mod delete;
mod detail_view;
mod get;
mod list;
mod options;
mod ownership;
mod source_map_check;
mod stats;
mod teams;
mod transfer;
mod update;
mod view;

use axum::Router;
use axum::routing::{get, post};

pub use stats::add_stats;
pub use view::{ProjectSummaryView, ProjectView, TeamLinkView};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/projects/", get(list::list))
        .route("/projects/{organization}/{project}/", get(get::show).put(update::update).delete(delete::delete))
        .route("/projects/{organization}/{project}/ownership/", get(ownership::show).put(ownership::update))
        .route("/projects/{organization}/{project}/teams/", get(teams::list))
        .route("/projects/{organization}/{project}/teams/{team}/", post(teams::add).delete(teams::remove))
        .route("/projects/{organization}/{project}/transfer/", post(transfer::offer))
        .route("/projects/{organization}/{project}/source-maps/check/", get(source_map_check::show))
}

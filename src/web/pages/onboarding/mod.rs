//! Instructions per platform, and a box that tells when the first event comes.

mod live;
pub mod platforms;
mod show;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/{organization}/{project}/getting-started/", get(show::of_project))
        .route("/{organization}/{project}/getting-started/status/", get(live::status))
        .route("/{organization}/{project}/getting-started/{platform}/", get(show::of_platform))
}

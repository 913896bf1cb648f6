//! Debug files of a project: kept, listed, given out (web-api.md 8).

mod list;
mod upload;
mod view;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

pub use view::DebugFileView;

use crate::app::App;

pub fn routes() -> Router<App> {
    let files = get(list::list).post(upload::upload).delete(list::delete).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/projects/{organization}/{project}/files/dsyms/", files)
        .route("/projects/{organization}/{project}/files/dsyms/unknown/", get(list::unknown))
        .route("/projects/{organization}/{project}/files/dsyms/associate/", post(list::associate))
        .route("/projects/{organization}/{project}/reprocessing/", post(list::reprocess))
}

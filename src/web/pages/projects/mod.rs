//! Projects: the list, making them, their settings and keys.

mod create;
mod fetching;
mod filters;
mod general;
mod keys;
mod list;
mod privacy;
mod remove;
mod source_map_check;
mod source_maps;
pub mod sparkline;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{organization}/projects/", get(list::show))
        .route("/organizations/{organization}/projects/new/", get(create::show).post(create::save))
        .route("/organizations/{organization}/projects/{project}/bookmark/", post(list::bookmark))
        .route("/settings/{organization}/projects/{project}/", get(general::show).post(general::save))
        .route("/settings/{organization}/projects/{project}/remove/", get(remove::show).post(remove::remove))
        .route("/settings/{organization}/projects/{project}/filters/", get(filters::show).post(filters::save))
        .route("/settings/{organization}/projects/{project}/data-privacy/", get(privacy::show).post(privacy::save))
        .route("/settings/{organization}/projects/{project}/source-maps/check/", get(source_map_check::show))
        .route(
            "/settings/{organization}/projects/{project}/source-maps/fetching/",
            get(fetching::show).post(fetching::save),
        )
        .merge(keys::routes())
        .merge(source_maps::routes())
}

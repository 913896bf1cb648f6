//! Project keys: the credentials of DSNs.

mod create;
mod delete;
mod get;
mod list;
mod update;
mod view;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().route("/projects/{organization}/{project}/keys/", get(list::list).post(create::create)).route(
        "/projects/{organization}/{project}/keys/{key}/",
        get(get::show).put(update::update).delete(delete::delete),
    )
}

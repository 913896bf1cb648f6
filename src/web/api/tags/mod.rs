//! Tags of issues and projects, and their values.

mod of_issue;
mod of_project;
mod view;

use axum::Router;
use axum::routing::get;

pub use view::TagKeyView;

use crate::app::App;
use crate::web::api::issues::ISSUE_PATHS;

pub fn routes() -> Router<App> {
    let of_projects = Router::new()
        .route("/projects/{organization}/{project}/tags/", get(of_project::list))
        .route("/projects/{organization}/{project}/tags/{key}/", get(of_project::show))
        .route("/projects/{organization}/{project}/tags/{key}/values/", get(of_project::values));
    ISSUE_PATHS.into_iter().fold(of_projects, |router, issue| {
        router
            .route(&format!("{issue}/tags/"), get(of_issue::list))
            .route(&format!("{issue}/tags/{{key}}/"), get(of_issue::show))
            .route(&format!("{issue}/tags/{{key}}/values/"), get(of_issue::values))
    })
}

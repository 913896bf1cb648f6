//! Tags of issues and projects, and their values.

mod of_issue;
mod of_project;
mod users;
mod view;

use std::collections::HashMap;

use axum::Router;
use axum::routing::get;

pub use view::TagKeyView;

use crate::app::App;
use crate::web::api::issues::ISSUE_PATHS;
use crate::web::error::{Error, Result};

pub fn routes() -> Router<App> {
    let of_projects = Router::new()
        .route("/projects/{organization}/{project}/tags/", get(of_project::list))
        .route("/projects/{organization}/{project}/tags/{key}/", get(of_project::show))
        .route("/projects/{organization}/{project}/tags/{key}/values/", get(of_project::values))
        .route("/projects/{organization}/{project}/users/", get(users::list));
    ISSUE_PATHS.into_iter().fold(of_projects, |router, issue| {
        router
            .route(&format!("{issue}/tags/"), get(of_issue::list))
            .route(&format!("{issue}/tags/{{key}}/"), get(of_issue::show))
            .route(&format!("{issue}/tags/{{key}}/values/"), get(of_issue::values))
    })
}

/// The tag that the address names; none has U+0000 in its key.
fn wanted_key(path: &HashMap<String, String>) -> Result<&String> {
    path.get("key").filter(|key| !key.contains('\0')).ok_or(Error::NotFound)
}

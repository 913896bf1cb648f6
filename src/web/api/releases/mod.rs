//! Releases, their commits and deploys: of an organization, and of a project.

mod commits;
mod create;
mod delete;
mod deploys;
mod files_changed;
mod get;
mod input;
mod list;
mod people;
mod resolved;
mod update;
mod view;

use axum::Router;
use axum::routing::get;

pub use commits::CommitView;
pub use people::{People, PersonView};
pub use view::{ReleaseView, RepositoryView};

use crate::app::App;

const LISTS: [&str; 2] = ["/organizations/{organization}/releases", "/projects/{organization}/{project}/releases"];

pub fn routes() -> Router<App> {
    let router = Router::new()
        .route(&format!("{}/", LISTS[0]), get(list::of_organization).post(create::in_organization))
        .route(&format!("{}/", LISTS[1]), get(list::of_project).post(create::in_project));
    LISTS.into_iter().fold(router, |router, list| {
        let path = |rest: &str| format!("{list}/{{version}}/{rest}");
        router
            .route(&path(""), get(get::show).put(update::update).delete(delete::delete))
            .route(&path("commits/"), get(commits::list))
            .route(&path("commitfiles/"), get(files_changed::list))
            .route(&path("deploys/"), get(deploys::list).post(deploys::create))
            .route(&path("previous-with-commits/"), get(get::previous_with_commits))
            .route(&path("resolved/"), get(resolved::list))
    })
}

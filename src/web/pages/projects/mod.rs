//! Projects: the list, making them, their settings and keys.

mod create;
mod discarded;
mod fetching;
mod filters;
mod general;
mod grouping;
mod keys;
mod list;
mod overview;
mod ownership;
mod privacy;
mod remove;
mod source_map_check;
mod source_maps;
pub mod sparkline;
mod teams;
mod transfer;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};

use crate::app::App;
use crate::services::project_changes;
use crate::types::project_settings::ProjectSettings;
use crate::web::error::Result;
use crate::web::extract::needs::ProjectWrite;
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::pages::flash::redirect_with;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/{organization}/{project}/dashboard/", get(overview::show))
        .route("/organizations/{organization}/projects/", get(list::show))
        .route("/organizations/{organization}/projects/new/", get(create::show).post(create::save))
        .route("/organizations/{organization}/projects/{project}/bookmark/", post(list::bookmark))
        .route("/organizations/{organization}/projects/{project}/restore/", post(list::restore))
        .route("/settings/{organization}/projects/{project}/", get(general::show).post(general::save))
        .route("/settings/{organization}/projects/{project}/teams/", get(teams::show).post(teams::save))
        .route("/settings/{organization}/projects/{project}/remove/", get(remove::show).post(remove::remove))
        .route("/settings/{organization}/projects/{project}/transfer/", get(transfer::show).post(transfer::offer))
        .route("/accept-transfer/", get(transfer::show_accept).post(transfer::accept))
        .route("/settings/{organization}/projects/{project}/filters/", get(filters::show).post(filters::save))
        .route(
            "/settings/{organization}/projects/{project}/filters/discarded-groups/",
            get(discarded::show).post(discarded::restore),
        )
        .route("/settings/{organization}/projects/{project}/data-privacy/", get(privacy::show).post(privacy::save))
        .route("/settings/{organization}/projects/{project}/grouping/", get(grouping::show).post(grouping::act))
        .route("/settings/{organization}/projects/{project}/ownership/", get(ownership::show).post(ownership::act))
        .route("/settings/{organization}/projects/{project}/source-maps/check/", get(source_map_check::show))
        .route(
            "/settings/{organization}/projects/{project}/source-maps/fetching/",
            get(fetching::show).post(fetching::save),
        )
        .merge(keys::routes())
        .merge(source_maps::routes())
}

/// Saves what a page of settings changed, and leads back to it: `page` is its path within the project's settings.
async fn save_settings(
    app: &App,
    viewer: &Viewer,
    access: &ProjectAccess<ProjectWrite>,
    settings: &ProjectSettings,
    page: &str,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    project_changes::save_settings(&mut tx, &access.actor().doer(), &access.project, settings, app.clock.now()).await?;
    tx.commit().await?;
    let path = format!("/settings/{}/projects/{}/{page}", access.organization().slug, access.project.slug);
    redirect_with(app, viewer, &path, viewer.messages().form_saved()).await
}

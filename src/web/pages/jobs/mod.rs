//! Long work that somebody asked for: how far it has come, what came of it, and what may be done about it (ui.md 7).

mod act;
mod list;
mod show;
mod view;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::store::job_views::{self, JobView};
use crate::web::error::{Error, Result};
use crate::web::extract::Actor;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/jobs/", get(list::show))
        .route("/jobs/{id}/", get(show::show))
        .route("/jobs/{id}/status/", get(show::status))
        .route("/jobs/{id}/cancel/", post(act::cancel))
        .route("/jobs/{id}/retry/", post(act::retry))
        .route("/jobs/{id}/undo/", post(act::undo))
}

/// A job that the actor asked for; superusers see all. What others asked for does not exist.
async fn open(app: &App, actor: &Actor, id: &str) -> Result<JobView> {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let job = job_views::find(&app.db, id).await?.ok_or(Error::NotFound)?;
    let is_own = job.user_id == Some(actor.user.id);
    if is_own || actor.user.is_superuser { Ok(job) } else { Err(Error::NotFound) }
}

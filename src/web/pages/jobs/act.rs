//! Stopping a job, running it again, taking it back.

use axum::extract::{Path, State};
use axum::response::Response;

use super::view::may_cancel;
use crate::app::App;
use crate::services::issues;
use crate::services::job::Owner;
use crate::store::job_views;
use crate::web::error::{Error, Result};
use crate::web::extract::{Actor, Viewer};
use crate::web::pages::flash::redirect_with;
use crate::web::redirect;

/// `POST /jobs/{id}/cancel/`: it stops before its next step.
pub async fn cancel(State(app): State<App>, viewer: Viewer, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let job = super::open(&app, &actor, &id).await?;
    let path = format!("/jobs/{}/", job.id);
    let t = viewer.messages();
    let is_asked = may_cancel(&job) && job_views::cancel(&app.db, job.id).await?;
    redirect_with(&app, &viewer, &path, if is_asked { t.jobs_did_cancel() } else { t.jobs_cannot_cancel() }).await
}

/// `POST /jobs/{id}/retry/`: a job that failed goes on where it was.
pub async fn retry(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let job = super::open(&app, &actor, &id).await?;
    job_views::retry(&app.db, job.id, app.clock.now()).await?;
    Ok(redirect(&app, &format!("/jobs/{}/", job.id)))
}

/// `POST /jobs/{id}/undo/`: another job puts everything back. Only its owner may.
pub async fn undo(State(app): State<App>, viewer: Viewer, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let job = super::open(&app, &actor, &id).await?;
    let organization_id = job.organization_id.filter(|_| job.user_id == Some(actor.user.id)).ok_or(Error::NotFound)?;
    let owner = Owner { user_id: actor.user.id, organization_id };
    if let Some(undo) = issues::start_undo(&app, owner, &job).await? {
        return Ok(redirect(&app, &format!("/jobs/{undo}/")));
    }
    redirect_with(&app, &viewer, &format!("/jobs/{}/", job.id), viewer.messages().issues_undo_gone()).await
}

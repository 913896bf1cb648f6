//! Deletes what belongs to a project, in the background.
//!
//! Whoever deletes a project hides it (`services::projects::delete`): from then on nothing is added to it. Its rows go in
//! chunks here; stopped or killed anywhere, the job goes on with what is left. The project's own row goes last, so that
//! there is something to find until then. Contents of files go when the cleanup finds nothing that refers to them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CHUNK, ISSUES, delete_issues, in_chunks};
use crate::app::App;
use crate::services::job::{Job, JobError, promise_once};
use crate::store::{attachments, events, issues::expiry, outcomes, projects, release_hours, tag_values, user_reports};
use crate::types::ids::{JobId, ProjectId};

/// On demand, for when a removed project cannot be restored any more. One that was restored meanwhile stays.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeleteProject {
    pub project_id: ProjectId,
}

impl Job for DeleteProject {
    const KIND: &'static str = "delete_project";

    async fn run(self, app: &App, _: JobId) -> Result<(), JobError> {
        let project_id = self.project_id;
        if !projects::list_pending_deletion(&app.db, app.clock.now()).await?.contains(&project_id) {
            return Ok(());
        }
        delete_rows(app, project_id).await?;
        if app.shutdown.is_cancelled() {
            return Err(JobError::Interrupted);
        }
        projects::delete(&app.db, project_id).await?;
        tracing::info!(project.id = project_id.0, "deleted a project");
        Ok(())
    }
}

/// Promises again what was given up or forgotten.
pub async fn delete_pending_projects(app: &App) -> sqlx::Result<()> {
    for project_id in projects::list_pending_deletion(&app.db, app.clock.now()).await? {
        promise_once(&app.db, &DeleteProject { project_id }, app.clock.now()).await?;
    }
    Ok(())
}

async fn delete_rows(app: &App, project_id: ProjectId) -> sqlx::Result<()> {
    let db = &app.db;
    while !app.shutdown.is_cancelled() {
        let issues = expiry::mark_of_project(db, project_id, ISSUES).await?;
        if issues.is_empty() {
            break;
        }
        delete_issues(app, &issues).await?;
    }
    // Events without an issue should not be there.
    let ever = DateTime::<Utc>::from_timestamp(253_402_300_799, 0).unwrap_or_default();
    in_chunks(app, || events::delete_of_project_before(db, project_id, ever, CHUNK)).await?;
    in_chunks(app, || attachments::delete_of_project(db, project_id, CHUNK)).await?;
    in_chunks(app, || user_reports::delete_of_project(db, project_id, CHUNK)).await?;
    in_chunks(app, || tag_values::delete_of_project(db, project_id, CHUNK)).await?;
    in_chunks(app, || release_hours::delete_of_project(db, project_id, CHUNK)).await?;
    in_chunks(app, || outcomes::delete_of_project(db, project_id, CHUNK)).await?;
    Ok(())
}

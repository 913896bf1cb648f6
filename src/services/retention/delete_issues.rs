//! Deletes issues with everything that belongs to them, in the background.
//!
//! Whoever deletes an issue sets its status to `pending_deletion`: from then on it is invisible, its hashes are free,
//! and no batch adds to it. What is left is done here in chunks, and may be interrupted anywhere.

use serde::{Deserialize, Serialize};

use super::{CHUNK, in_chunks};
use crate::app::App;
use crate::services::job::{self, Job, JobError};
use crate::store::job_issues::{self, Ticks};
use crate::store::{events, issue_tags, issues::expiry, jobs};
use crate::types::ids::{IssueId, JobId};

/// Issues per step.
const STEP: i64 = 20;

/// On demand; the job's issues are pending deletion already.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeleteIssues {
    /// What comes of the same kind is thrown away from now on: the hashes lead to tombstones already.
    pub is_discard: bool,
}

impl Job for DeleteIssues {
    const KIND: &'static str = "delete_issues";

    async fn run(self, app: &App, id: JobId) -> Result<(), JobError> {
        loop {
            if let Err(error) = job::check(app, id).await {
                if matches!(error, JobError::Cancelled) {
                    job_issues::unmark_deleted(&app.db, id).await?;
                }
                return Err(error);
            }
            let left = job_issues::list_still(&app.db, id, STEP).await?;
            if left.is_empty() {
                // What is being moved out of an issue is not to go with it, and what is being moved in is.
                let is_moving = !job_issues::list_left(&app.db, id, 1).await?.is_empty();
                return if is_moving { Err(JobError::Later) } else { Ok(()) };
            }
            delete_issues(app, &left).await?;
            if app.shutdown.is_cancelled() {
                return Err(JobError::Interrupted);
            }
            tick(app, id, &left).await?;
        }
    }
}

async fn tick(app: &App, id: JobId, issue_ids: &[IssueId]) -> sqlx::Result<()> {
    let mut ticks = Ticks::default();
    for issue_id in issue_ids {
        ticks.push(*issue_id, "changed", None);
    }
    let mut tx = app.db.begin().await?;
    job_issues::tick(&mut *tx, id, &ticks).await?;
    jobs::advance(&mut *tx, id, issue_ids.len()).await?;
    tx.commit().await
}

/// Deletes events, tags and the issues themselves; those not pending deletion are left alone. Asked to stop, it leaves
/// the issues pending with what they still have.
pub async fn delete_issues(app: &App, issue_ids: &[IssueId]) -> sqlx::Result<()> {
    let ids = expiry::list_pending(&app.db, issue_ids).await?;
    if ids.is_empty() {
        return Ok(());
    }
    in_chunks(app, || events::delete_of_issues(&app.db, &ids, CHUNK)).await?;
    if app.shutdown.is_cancelled() {
        return Ok(());
    }
    issue_tags::delete_of_issues(&app.db, &ids).await?;
    expiry::delete(&app.db, &ids).await
}

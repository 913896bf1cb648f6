//! Deletes issues with everything that belongs to them, in the background.
//!
//! Whoever deletes an issue sets its status to `pending_deletion`: from then on it is invisible, its hashes are free,
//! and no batch adds to it. What is left is done here in chunks, and may be interrupted anywhere.

use serde::{Deserialize, Serialize};

use super::{CHUNK, in_chunks};
use crate::app::App;
use crate::services::job::{Job, JobError};
use crate::store::{events, issue_tags, issues::expiry};
use crate::types::ids::IssueId;

/// On demand; the issues are pending deletion already.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeleteIssues {
    pub issue_ids: Vec<IssueId>,
}

impl Job for DeleteIssues {
    const KIND: &'static str = "delete_issues";

    async fn run(self, app: &App) -> Result<(), JobError> {
        for issue_id in self.issue_ids {
            delete_issues(app, &[issue_id]).await?;
            if app.shutdown.is_cancelled() {
                return Err(JobError::Interrupted);
            }
        }
        Ok(())
    }
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

//! Deleting issues, and deleting them with everything of their kind that is still to come.

use super::Error;
use crate::app::App;
use crate::services::job::{self, Owner};
use crate::services::retention::DeleteIssues;
use crate::store::{issue_tombstones, job_issues, jobs, project_counters};
use crate::types::ids::{IssueId, JobId};

/// What a deletion began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deletion {
    pub issues: i64,
    pub job_id: JobId,
}

/// Takes issues out of every list at once and has a job delete what belongs to them. Their hashes are free from then on;
/// with `is_discard` they lead to tombstones instead, so that later events are counted and thrown away.
pub async fn delete(app: &App, owner: Owner, issue_ids: &[IssueId], is_discard: bool) -> Result<Deletion, Error> {
    let now = app.clock.now();
    let ids: Vec<i64> = issue_ids.iter().map(|id| id.0).collect();
    let mut tx = app.db.begin().await?;
    let job_id = job::promise_for(&mut tx, &DeleteIssues { is_discard }, owner, None, now).await?;
    job_issues::insert(&mut *tx, job_id, &ids).await?;
    if is_discard {
        // Batches wait for the projects, so that none saves an event between tombstone and deletion.
        let project_ids = issue_tombstones::list_projects(&mut *tx, &ids).await?;
        project_counters::lock(&mut *tx, &project_ids).await?;
    }
    let issues = job_issues::mark_deleted(&mut *tx, job_id).await?;
    if is_discard {
        issue_tombstones::insert(&mut *tx, job_id, owner.user_id, now).await?;
    }
    jobs::update_phase(&mut *tx, job_id, "", Some(issues)).await?;
    tx.commit().await?;
    Ok(Deletion { issues, job_id })
}

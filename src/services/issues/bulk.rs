//! Changes to more issues than a request should wait for: the issues are written down at the moment of the decision, and
//! a job changes them slice by slice. Each slice is one transaction with its progress, so that a worker that dies leaves
//! off where the next goes on, and each issue is changed once.

use serde::{Deserialize, Serialize};

use super::apply::By;
use super::change::{Change, change_locked};
use super::undo::{self, Kind, Trace};
use super::{Error, ids};
use crate::app::App;
use crate::services::job::{self, Job, JobError, Owner};
use crate::store::issues::state;
use crate::store::job_issues::{self, Ticks};
use crate::store::job_views::{self, JobView};
use crate::store::jobs;
use crate::types::ids::{IssueId, JobId, UserId};

/// More issues than this are changed by a job.
pub const AT_ONCE: usize = 100;

/// As many issues as one decision can be about.
pub const MAX_ISSUES: i64 = 100_000;

/// Issues per transaction.
const SLICE: i64 = 100;

/// For how long a job can be taken back after it ended.
pub const UNDO_MINUTES: i64 = 10;

/// On demand: changes the job's issues.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangeIssues {
    pub user_id: UserId,
    pub change: Change,
}

/// On demand: takes a job's changes back.
#[derive(Debug, Serialize, Deserialize)]
pub struct UndoChanges {
    pub user_id: UserId,
    pub kind: Kind,
    /// The job that changed the issues.
    pub job_id: JobId,
}

/// Has a job change issues; these, whatever matches the same query later.
pub async fn start(app: &App, owner: Owner, issue_ids: &[IssueId], change: &Change) -> Result<JobId, Error> {
    let ids: Vec<i64> = issue_ids.iter().map(|id| id.0).collect();
    let job = ChangeIssues { user_id: owner.user_id, change: change.clone() };
    let total = i64::try_from(ids.len()).ok();
    let mut tx = app.db.begin().await?;
    let id = job::promise_for(&mut tx, &job, owner, total, app.clock.now()).await?;
    job_issues::insert(&mut *tx, id, &ids).await?;
    tx.commit().await?;
    Ok(id)
}

/// Has a job take back what another one did. `None`: it can't be, any more.
pub async fn start_undo(app: &App, owner: Owner, done: &JobView) -> Result<Option<JobId>, Error> {
    let now = app.clock.now();
    let Some(change) = undoable(done, now) else { return Ok(None) };
    let mut tx = app.db.begin().await?;
    let job = UndoChanges { user_id: owner.user_id, kind: Kind::of(&change), job_id: done.id };
    let id = job::promise_for(&mut tx, &job, owner, None, now).await?;
    if !job_views::mark_undone(&mut *tx, done.id, id).await? {
        return Ok(None);
    }
    let total = job_issues::copy_changed(&mut *tx, done.id, id).await?;
    jobs::update_phase(&mut *tx, id, "", Some(total)).await?;
    tx.commit().await?;
    Ok(Some(id))
}

/// The change that a job made, if it can still be taken back.
pub fn undoable(job: &JobView, now: chrono::DateTime<chrono::Utc>) -> Option<Change> {
    let ended = job.finished_at.filter(|at| now - *at < chrono::TimeDelta::minutes(UNDO_MINUTES))?;
    let is_fresh = job.kind == ChangeIssues::KIND && ended <= now && job.result.get("undone_by").is_none();
    let job: ChangeIssues = serde_json::from_value(job.payload.clone()).ok().filter(|_| is_fresh)?;
    Some(job.change)
}

impl Job for ChangeIssues {
    const KIND: &'static str = "change_issues";

    async fn run(self, app: &App, id: JobId) -> Result<(), JobError> {
        while change_slice(app, id, &self).await? {}
        Ok(())
    }
}

/// Changes some of the issues that are left; `false`: none was.
async fn change_slice(app: &App, id: JobId, job: &ChangeIssues) -> Result<bool, JobError> {
    job::check(app, id).await?;
    let mut tx = app.db.begin().await?;
    let left = job_issues::list_left(&mut *tx, id, SLICE).await?;
    if left.is_empty() {
        return Ok(false);
    }
    let wanted: Vec<i64> = left.iter().map(|(id, _)| id.0).collect();
    let before = state::lock(&mut *tx, &wanted, job.user_id).await?;
    let there = ids(&before);
    let by = By { user_id: job.user_id, now: app.clock.now() };
    let slice = change_locked(&mut tx, &job.change, before, by).await.map_err(|error| match error {
        Error::NoRelease => JobError::fail(error),
        other => JobError::retry(other),
    })?;
    let mut ticks = Ticks::default();
    for trace in &slice.traces {
        ticks.push(trace.before.id, "changed", Some(serde_json::to_value(trace).map_err(JobError::fail)?));
    }
    for id in &slice.unchanged {
        ticks.push(*id, "unchanged", None);
    }
    for (id, _) in left.iter().filter(|(id, _)| !there.contains(&id.0)) {
        ticks.push(*id, "gone", None);
    }
    job_issues::tick(&mut *tx, id, &ticks).await?;
    jobs::advance(&mut *tx, id, left.len()).await?;
    tx.commit().await?;
    Ok(true)
}

impl Job for UndoChanges {
    const KIND: &'static str = "undo_changes";

    async fn run(self, app: &App, id: JobId) -> Result<(), JobError> {
        while undo_slice(app, id, &self).await? {}
        Ok(())
    }
}

async fn undo_slice(app: &App, id: JobId, job: &UndoChanges) -> Result<bool, JobError> {
    job::check(app, id).await?;
    let mut tx = app.db.begin().await?;
    let left = job_issues::list_left(&mut *tx, id, SLICE).await?;
    if left.is_empty() {
        return Ok(false);
    }
    let read = |(_, trace): &(IssueId, Option<serde_json::Value>)| serde_json::from_value(trace.clone()?).ok();
    let traces: Vec<Trace> = left.iter().filter_map(read).collect();
    let restored = undo::put_back(&mut tx, job.kind, &traces, job.user_id).await?;
    let mut ticks = Ticks::default();
    for (issue_id, _) in &left {
        ticks.push(*issue_id, if restored.contains(issue_id) { "changed" } else { "unchanged" }, None);
    }
    job_issues::tick(&mut *tx, id, &ticks).await?;
    jobs::advance(&mut *tx, id, left.len()).await?;
    tx.commit().await?;
    Ok(true)
}

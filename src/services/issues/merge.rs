//! Making one issue of several (grouping.md 12).
//!
//! What leads to the issues (hashes, addresses) leads to the survivor from the moment of the decision; it is written down
//! under the project's lock, so that every event is saved before, and moved by the job, or after, at the survivor. The
//! job moves the rest: events in slices, then everything else of an issue in one transaction that also deletes it. It can
//! stop anywhere and go on, and nothing is counted twice.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::unmerge::UnmergeIssue;
use super::{Error, ids};
use crate::app::App;
use crate::services::job::{self, Job, JobError, Owner};
use crate::services::retention::delete_issues;
use crate::store::activities::{self, NewActivity};
use crate::store::issues::state::{self, IssueState};
use crate::store::job_issues::{self, Ticks};
use crate::store::{issue_moves, issue_tombstones, jobs, moving_issues, project_counters};
use crate::types::ids::{IssueId, JobId};

/// Events per transaction.
const SLICE: i64 = 2_000;

/// Issues that the history names.
const NAMED: usize = 1_000;

/// What a merge began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The issue that stays.
    pub target: IssueId,
    pub sources: Vec<IssueId>,
    pub job_id: JobId,
}

/// On demand: the job's issues are merged into those that their redirects name.
#[derive(Debug, Serialize, Deserialize)]
pub struct MergeIssues {
    pub target: IssueId,
}

/// Merges issues of one project. The one that was seen most survives, the newest of several.
pub async fn merge(app: &App, owner: Owner, issue_ids: &[IssueId]) -> Result<Merge, Error> {
    let mut wanted: Vec<i64> = issue_ids.iter().map(|id| id.0).collect();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.len() < 2 {
        return Err(Error::MergeTooFew);
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let project_ids = issue_tombstones::list_projects(&mut *tx, &wanted).await?;
    if project_ids.len() > 1 {
        return Err(Error::SeveralProjects);
    }
    project_counters::lock(&mut *tx, &project_ids).await?;
    let states = state::lock(&mut *tx, &wanted, owner.user_id).await?;
    if states.len() < wanted.len() {
        return Err(Error::Gone);
    }
    if moving_issues::any(&mut *tx, &wanted, Some(UnmergeIssue::KIND)).await? {
        return Err(Error::Locked);
    }
    let target = survivor(&states);
    let sources: Vec<IssueId> = states.iter().map(|state| state.id).filter(|id| *id != target.id).collect();
    let source_ids: Vec<i64> = sources.iter().map(|id| id.0).collect();
    issue_moves::redirect(&mut tx, &source_ids, target.id).await?;
    let named: Vec<_> = sources.iter().take(NAMED).map(|id| json!({ "id": id.to_string() })).collect();
    let entry = NewActivity {
        project_id: target.project_id,
        issue_id: target.id,
        user_id: Some(owner.user_id),
        kind: "merge",
        data: json!({ "issues": named }),
    };
    activities::insert(&mut *tx, &entry, now).await?;
    let job_id = job::promise_for(&mut tx, &MergeIssues { target: target.id }, owner, None, now).await?;
    job_issues::insert(&mut *tx, job_id, &source_ids).await?;
    moving_issues::insert(&mut *tx, job_id, &[target.id.0]).await?;
    moving_issues::inherit(&mut *tx, &source_ids, target.id).await?;
    jobs::update_result(&mut *tx, job_id, &json!({ "issue": target.id, "issues": ids(&states).len() })).await?;
    tx.commit().await?;
    Ok(Merge { target: target.id, sources, job_id })
}

fn survivor(states: &[IssueState]) -> &IssueState {
    states.iter().max_by_key(|state| (state.times_seen, state.id)).expect("there are two at least")
}

impl Job for MergeIssues {
    const KIND: &'static str = "merge_issues";

    async fn run(self, app: &App, id: JobId) -> Result<(), JobError> {
        let left = job_issues::list_left(&app.db, id, i64::MAX).await?;
        let sources: Vec<i64> = left.iter().map(|(id, _)| id.0).collect();
        // What was moved before is counted already.
        let done = jobs::done(&app.db, id).await?;
        let total = done + issue_moves::count_events(&app.db, &sources, None).await?;
        jobs::update_phase(&app.db, id, "events", Some(total)).await?;
        for (source, _) in left {
            while move_slice(app, id, source).await? {
                job::check(app, id).await?;
            }
        }
        Ok(())
    }
}

/// Moves some events of an issue, or what it has beside them once there are none left; `false`: it is gone.
async fn move_slice(app: &App, id: JobId, source: IssueId) -> Result<bool, JobError> {
    let mut tx = app.db.begin().await?;
    let Some(target) = issue_moves::find_redirect(&mut *tx, source).await? else {
        tx.rollback().await?;
        return forget(app, id, source).await;
    };
    let locked = issue_moves::lock(&mut *tx, &[source.0, target.0]).await?;
    // It may have been merged itself while we waited: then its redirects lead on.
    if issue_moves::find_redirect(&mut *tx, source).await? != Some(target) {
        return Ok(true);
    }
    if locked.iter().all(|(id, _)| *id != source) {
        return tick(tx, id, source).await;
    }
    let moved = issue_moves::move_events(&mut tx, (source, target), None, SLICE).await?;
    if !moved.is_empty() {
        jobs::advance(&mut *tx, id, moved.len()).await?;
        tx.commit().await?;
        return Ok(true);
    }
    issue_moves::absorb(&mut tx, source, target).await?;
    tick(tx, id, source).await
}

/// The survivor was deleted meanwhile, and what was merged into it goes along.
async fn forget(app: &App, id: JobId, source: IssueId) -> Result<bool, JobError> {
    state::mark_deleted(&app.db, &[source.0]).await?;
    delete_issues(app, &[source]).await?;
    tick(app.db.begin().await?, id, source).await
}

async fn tick(mut tx: sqlx::PgTransaction<'_>, id: JobId, source: IssueId) -> Result<bool, JobError> {
    let mut ticks = Ticks::default();
    ticks.push(source, "changed", None);
    job_issues::tick(&mut *tx, id, &ticks).await?;
    tx.commit().await?;
    Ok(false)
}

//! Jobs in words.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::messages::{Messages, grouped};
use crate::services::issues::{Change, ChangeIssues, MergeIssues, UndoChanges, UnmergeIssue};
use crate::services::job::Job;
use crate::services::retention::DeleteIssues;
use crate::store::job_issues::Outcomes;
use crate::store::job_views::JobView;
use crate::web::markup::Markup;
use crate::web::time;

/// Rates are told from here on: before, they say nothing.
const SETTLED_SECONDS: i64 = 5;

/// A job as lists and its page show it.
pub struct JobPart {
    pub id: String,
    pub what: String,
    pub state: &'static str,
    pub stage: Stage,
    pub asked: Markup,
    pub phase: Option<&'static str>,
    pub done: i64,
    pub total: Option<i64>,
    /// `1,200 of 5,000 · 340 a second · 11 s left`.
    pub progress: String,
    pub may_cancel: bool,
}

/// What can be done about a job depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Running,
    /// Running, but asked to stop.
    Stopping,
    Failed,
    Ended,
}

impl JobPart {
    pub fn of(job: &JobView, t: Messages, now: DateTime<Utc>) -> Self {
        let is_running = matches!(job.state.as_str(), "waiting" | "running");
        Self {
            id: job.id.to_string(),
            what: what(job, t),
            state: state(job, t),
            stage: match job.state.as_str() {
                "waiting" | "running" if job.is_cancelled => Stage::Stopping,
                "waiting" | "running" => Stage::Running,
                "failed" => Stage::Failed,
                _ => Stage::Ended,
            },
            asked: time::ago(t, job.created_at, now),
            phase: phase(job, t).filter(|_| is_running),
            done: job.done,
            total: job.total.filter(|total| *total > 0),
            progress: progress(job, t, now),
            may_cancel: is_running && !job.is_cancelled && may_cancel(job),
        }
    }

    pub fn is_running(&self) -> bool {
        matches!(self.stage, Stage::Running | Stage::Stopping)
    }
}

/// Whether stopping a job leaves everything in order.
pub fn may_cancel(job: &JobView) -> bool {
    match job.kind.as_str() {
        ChangeIssues::KIND | UndoChanges::KIND => true,
        // The hashes of what is discarded lead to tombstones already.
        DeleteIssues::KIND => job.payload.get("is_discard") == Some(&Value::Bool(false)),
        _ => false,
    }
}

fn what(job: &JobView, t: Messages) -> String {
    let n = job.total.unwrap_or(0);
    let number = |name: &str| job.result.get(name).and_then(Value::as_i64).unwrap_or(0);
    match job.kind.as_str() {
        ChangeIssues::KIND => match serde_json::from_value(job.payload.clone()).map(|job: ChangeIssues| job.change) {
            Ok(change) => changed(&change, n, t),
            Err(_) => t.jobs_change(n),
        },
        UndoChanges::KIND => t.jobs_undo(n),
        DeleteIssues::KIND if job.payload.get("is_discard") == Some(&Value::Bool(true)) => t.jobs_discard(n),
        DeleteIssues::KIND => t.jobs_delete(n),
        MergeIssues::KIND => t.jobs_merge(number("issues")),
        UnmergeIssue::KIND => t.jobs_unmerge(number("hashes")),
        "delete_project" => t.jobs_delete_project().to_owned(),
        other => t.jobs_other(other),
    }
}

fn changed(change: &Change, n: i64, t: Messages) -> String {
    match change {
        Change::Resolve(_) => t.jobs_resolve(n),
        Change::Unresolve => t.jobs_unresolve(n),
        Change::Ignore(_) => t.jobs_ignore(n),
        Change::AssignUser(_) | Change::AssignTeam(_) | Change::Unassign => t.jobs_assign(n),
        _ => t.jobs_change(n),
    }
}

fn state(job: &JobView, t: Messages) -> &'static str {
    match job.state.as_str() {
        "waiting" => t.jobs_waiting(),
        "running" => t.jobs_running(),
        "done" => t.jobs_done(),
        "cancelled" => t.jobs_cancelled(),
        _ => t.jobs_failed(),
    }
}

fn phase(job: &JobView, t: Messages) -> Option<&'static str> {
    match job.phase.as_str() {
        "events" => Some(t.jobs_phase_events()),
        "counters" => Some(t.jobs_phase_counters()),
        _ => None,
    }
}

fn progress(job: &JobView, t: Messages, now: DateTime<Utc>) -> String {
    let mut parts = Vec::new();
    match job.total {
        Some(total) => parts.push(t.jobs_of(grouped(job.done), grouped(total))),
        None if job.done > 0 => parts.push(grouped(job.done)),
        None => {}
    }
    let seconds = job.started_at.map_or(0, |at| (job.finished_at.unwrap_or(now) - at).num_seconds());
    if seconds >= SETTLED_SECONDS && job.done > 0 {
        parts.push(t.jobs_rate(grouped((job.done / seconds).max(1))));
        let left = job.total.unwrap_or(0) - job.done;
        if job.state == "running" && left > 0 {
            parts.push(t.jobs_left(left * seconds / job.done + 1));
        }
    }
    parts.join(" · ")
}

/// What really happened.
pub fn outcome(job: &JobView, of: Outcomes, t: Messages) -> Option<String> {
    if matches!(job.state.as_str(), "waiting" | "running") {
        return None;
    }
    let mut parts = Vec::new();
    match job.kind.as_str() {
        ChangeIssues::KIND => {
            parts.push(t.jobs_changed(of.changed));
            parts.extend((of.unchanged > 0).then(|| t.jobs_unchanged(of.unchanged)));
        }
        UndoChanges::KIND => {
            parts.push(t.jobs_restored(of.changed));
            parts.extend((of.unchanged > 0).then(|| t.jobs_kept(of.unchanged)));
        }
        DeleteIssues::KIND => parts.push(t.jobs_deleted(of.changed)),
        MergeIssues::KIND => return Some(t.jobs_merged(job.done)),
        UnmergeIssue::KIND => return Some(t.jobs_unmerged(job.done)),
        _ => return None,
    }
    parts.extend((of.gone > 0).then(|| t.jobs_gone(of.gone)));
    parts.extend((of.left > 0).then(|| t.jobs_not_done(of.left)));
    Some(parts.join(t.jobs_and()))
}

/// Where the result can be seen.
pub fn links(job: &JobView, t: Messages) -> Vec<(String, &'static str)> {
    let Some(slug) = &job.organization_slug else { return Vec::new() };
    let list = format!("/organizations/{slug}/issues/");
    let issue = job.result.get("issue").and_then(Value::as_i64);
    let issue = issue.map(|id| (format!("{list}{id}/"), t.jobs_open_issue()));
    let undo = job.result.get("undone_by").and_then(Value::as_i64);
    let undo = undo.map(|id| (format!("/jobs/{id}/"), t.jobs_undone()));
    undo.into_iter().chain(issue).chain([(list, t.jobs_open_list())]).collect()
}

//! Deletion by age, and of issues: space comes back.
//!
//! Events lie in partitions by week, so most of what is too old is dropped as whole tables and its space is free at
//! once; the rest is deleted in chunks. Issues that are still being seen keep their counters when their old events go.

mod delete_issues;
mod delete_project;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::services::job::{Job, JobError};
use crate::services::{artifacts, assemble, blobs, organizations, releases};
use crate::store::{
    attachments, body_references,
    event_partitions::{self, Week},
    events,
    issues::expiry,
    job_issues, jobs, mails, outcomes, project_counters, release_hours, tag_values,
};
use crate::types::ids::{JobId, ProjectId};

pub use delete_issues::{DeleteIssues, delete_issues};
pub use delete_project::DeleteProject;

/// Rows deleted per statement.
const CHUNK: i64 = 5_000;

/// Tag values deleted at a time: finding them reads all tags of all issues, so it should not happen often.
const TAG_VALUES: i64 = 100_000;

/// Issues deleted at a time.
const ISSUES: i64 = 200;

/// How long it is kept how issues were before a job changed them; far longer than that can be taken back.
const TRACES_KEPT: TimeDelta = TimeDelta::hours(24);

/// How long ended jobs can be looked at.
const JOBS_KEPT: TimeDelta = TimeDelta::days(7);

/// How long the outbox shows what was sent or could not be.
const MAILS_KEPT: TimeDelta = TimeDelta::days(30);

/// A file waits this long for its event.
const ORPHAN_AGE: TimeDelta = TimeDelta::hours(24);

/// What to delete.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Events received, and issues last seen, longer ago than this.
    pub days: u32,
    /// `None`: of all projects.
    pub project_id: Option<ProjectId>,
}

/// What was deleted, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Whole weeks.
    pub partitions: u64,
    /// Beyond those in dropped partitions, unless only counted.
    pub events: u64,
    pub issues: u64,
    pub tag_values: u64,
    pub attachments: u64,
}

/// Timed: deletes what is older than the configured retention.
#[derive(Debug, Serialize, Deserialize)]
pub struct CleanUp {}

impl Job for CleanUp {
    const KIND: &'static str = "clean_up";

    async fn run(self, app: &App, _: JobId) -> Result<(), JobError> {
        jobs::delete_finished(&app.db, app.clock.now() - JOBS_KEPT).await?;
        job_issues::forget_traces(&app.db, app.clock.now() - TRACES_KEPT).await?;
        organizations::delete_pending_organizations(app).await?;
        delete_project::delete_pending_projects(app).await?;
        mails::delete_before(&app.db, app.clock.now() - MAILS_KEPT).await?;
        outcomes::delete_homeless(&app.db).await?;
        let days = app.config.events.retention_days;
        if days > 0 {
            let report = clean_up(app, Scope { days, project_id: None }).await?;
            tracing::info!(?report, "deleted what is older than the retention");
        }
        assemble::clean_up(app).await?;
        artifacts::delete_old_bundles(app).await?;
        releases::delete_unlinked(app).await?;
        let files = blobs::delete_unused(app).await.map_err(JobError::retry)?;
        tracing::info!(files, "deleted files that nothing refers to");
        if app.shutdown.is_cancelled() { Err(JobError::Interrupted) } else { Ok(()) }
    }
}

/// Counts what [`clean_up`] would delete.
pub async fn preview(app: &App, scope: Scope) -> sqlx::Result<Report> {
    let before = before(app, scope);
    let events = events::count_before(&app.db, before, scope.project_id).await?;
    let issues = expiry::count(&app.db, before, scope.project_id).await?;
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let partitions = if scope.project_id.is_none() { expired_weeks(app, before).await?.len() as u64 } else { 0 };
    Ok(Report { partitions, events: count(events), issues: count(issues), ..Report::default() })
}

/// Deletes. Stops early, between two chunks, when the program is asked to stop.
pub async fn clean_up(app: &App, scope: Scope) -> sqlx::Result<Report> {
    let before = before(app, scope);
    let mut report = Report::default();
    if scope.project_id.is_none() {
        for week in expired_weeks(app, before).await? {
            event_partitions::drop(&app.db, week).await?;
            report.partitions += 1;
        }
        body_references::delete_before(&app.db, Week::of(before)).await?;
    }
    report.events = delete_events(app, scope.project_id, before).await?;
    report.issues = delete_expired_issues(app, scope.project_id, before).await?;
    report.tag_values = delete_tag_values(app, scope.project_id).await?;
    report.attachments = delete_attachments(app).await?;
    if scope.project_id.is_none() {
        in_chunks(app, || release_hours::delete_before(&app.db, before, CHUNK)).await?;
    }
    Ok(report)
}

fn before(app: &App, scope: Scope) -> DateTime<Utc> {
    app.clock.now() - TimeDelta::days(scope.days.into())
}

async fn expired_weeks(app: &App, before: DateTime<Utc>) -> sqlx::Result<Vec<Week>> {
    let weeks = event_partitions::list(&app.db).await?;
    Ok(weeks.into_iter().filter(|week| week.end() <= before).collect())
}

/// Repeats a deletion until nothing is left or the program is asked to stop; returns how many rows went.
async fn in_chunks<F: Future<Output = sqlx::Result<u64>>>(app: &App, delete: impl Fn() -> F) -> sqlx::Result<u64> {
    let mut total = 0;
    while !app.shutdown.is_cancelled() {
        let deleted = delete().await?;
        total += deleted;
        if deleted == 0 {
            break;
        }
    }
    Ok(total)
}

async fn delete_events(app: &App, project_id: Option<ProjectId>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    match project_id {
        Some(project_id) => {
            in_chunks(app, || events::delete_of_project_before(&app.db, project_id, before, CHUNK)).await
        }
        None => in_chunks(app, || events::delete_before(&app.db, before, CHUNK)).await,
    }
}

async fn delete_expired_issues(app: &App, project_id: Option<ProjectId>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let mut total = 0;
    while !app.shutdown.is_cancelled() {
        let ids = expiry::mark(&app.db, before, project_id, ISSUES).await?;
        if ids.is_empty() {
            break;
        }
        delete_issues(app, &ids).await?;
        total += ids.len() as u64;
    }
    Ok(total)
}

/// Deletes values that no issue has any more, under the project's lock: no batch refers to them meanwhile, and workers
/// forget what they remember.
async fn delete_tag_values(app: &App, project_id: Option<ProjectId>) -> sqlx::Result<u64> {
    let projects = match project_id {
        Some(project_id) => vec![project_id],
        None => project_counters::list_ids(&app.db).await?,
    };
    let mut total = 0;
    for project_id in projects {
        total += in_chunks(app, || delete_some_tag_values(app, project_id)).await?;
    }
    Ok(total)
}

async fn delete_some_tag_values(app: &App, project_id: ProjectId) -> sqlx::Result<u64> {
    let mut tx = app.db.begin().await?;
    project_counters::lock(&mut *tx, &[project_id.0]).await?;
    let deleted = tag_values::delete_unused(&mut *tx, project_id, TAG_VALUES).await?;
    if deleted > 0 {
        project_counters::advance_tag_generation(&mut *tx, project_id).await?;
    }
    tx.commit().await?;
    Ok(deleted)
}

/// Forgets files whose events are gone, or never came; `services::blobs` deletes the contents.
async fn delete_attachments(app: &App) -> sqlx::Result<u64> {
    let before = app.clock.now() - ORPHAN_AGE;
    let mut total = 0;
    while !app.shutdown.is_cancelled() {
        let deleted = attachments::delete_orphans(&app.db, before, CHUNK).await?;
        total += deleted;
        if deleted == 0 {
            break;
        }
    }
    Ok(total)
}

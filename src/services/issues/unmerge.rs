//! Taking an issue apart: some of its hashes, with the events whose primary hash they are, become an issue of their own
//! (grouping.md 12).
//!
//! From the moment of the decision new events of these hashes belong to the new issue. The job moves the stored ones in
//! slices, then counts both issues anew from what is stored and describes them by their newest events.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Error;
use crate::app::App;
use crate::pipeline::summarize::{Summary, summarize};
use crate::services::job::{self, Job, JobError, Owner};
use crate::store::activities::{self, NewActivity};
use crate::store::event_lists::{self, EventPlace};
use crate::store::events::Event;
use crate::store::issue_moves::{self, IssueTexts};
use crate::store::issues::Issue;
use crate::store::{issue_events, issue_hashes, issue_texts, jobs, project_counters, releases};
use crate::types::ids::{IssueId, JobId, OrganizationId, ProjectId, ReleaseId};
use crate::types::json;

/// Events per transaction.
const SLICE: i64 = 2_000;

/// What taking apart began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unmerge {
    /// The new issue.
    pub issue_id: IssueId,
    pub job_id: JobId,
}

/// On demand: moves the events of hashes from one issue to the one that was made for them.
#[derive(Debug, Serialize, Deserialize)]
pub struct UnmergeIssue {
    pub source: IssueId,
    pub destination: IssueId,
    pub project_id: ProjectId,
    pub organization_id: OrganizationId,
    pub hashes: Vec<Uuid>,
}

/// Takes hashes off an issue; it keeps one at least.
pub async fn unmerge(app: &App, owner: Owner, issue: &Issue, hashes: &[Uuid]) -> Result<Unmerge, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let project = project_counters::lock(&mut *tx, &[issue.project_id.0]).await?.pop().ok_or(Error::Gone)?;
    let locked = issue_moves::lock(&mut *tx, &[issue.id.0]).await?;
    if locked.iter().all(|(_, status)| matches!(status.as_str(), "pending_deletion" | "pending_merge")) {
        return Err(Error::Gone);
    }
    let own: HashSet<Uuid> = issue_hashes::list_of_issue(&mut *tx, issue.id).await?.into_iter().collect();
    let mut hashes: Vec<Uuid> = hashes.iter().copied().filter(|hash| own.contains(hash)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    if hashes.is_empty() {
        return Err(Error::NoHash);
    }
    if hashes.len() == own.len() {
        return Err(Error::AllHashes);
    }
    if issue_hashes::any_locked(&mut *tx, &[issue.id.0]).await? {
        return Err(Error::Locked);
    }
    let short_id = project.issue_counter + 1;
    project_counters::update_issue_counter(&mut *tx, project.id, short_id).await?;
    let destination = issue_moves::split_off(&mut tx, issue.id, short_id, &hashes, now).await?;
    note(&mut tx, (issue.project_id, owner), (issue.id, destination), &hashes, now).await?;
    let job = UnmergeIssue {
        source: issue.id,
        destination,
        project_id: issue.project_id,
        organization_id: owner.organization_id,
        hashes,
    };
    let job_id = job::promise_for(&mut tx, &job, owner, None, now).await?;
    jobs::update_result(&mut *tx, job_id, &json!({ "issue": destination, "hashes": job.hashes.len() })).await?;
    tx.commit().await?;
    Ok(Unmerge { issue_id: destination, job_id })
}

async fn note(
    tx: &mut PgConnection,
    (project_id, owner): (ProjectId, Owner),
    (source, destination): (IssueId, IssueId),
    hashes: &[Uuid],
    now: chrono::DateTime<chrono::Utc>,
) -> sqlx::Result<()> {
    let fingerprints: Vec<String> = hashes.iter().map(|hash| hash.as_simple().to_string()).collect();
    let of_source = json!({ "fingerprints": fingerprints, "destination_id": destination.to_string() });
    let of_destination = json!({ "fingerprints": fingerprints, "source_id": source.to_string() });
    for (issue_id, kind, data) in
        [(source, "unmerge_source", of_source), (destination, "unmerge_destination", of_destination)]
    {
        let entry = NewActivity { project_id, issue_id, user_id: Some(owner.user_id), kind, data };
        activities::insert(&mut *tx, &entry, now).await?;
    }
    Ok(())
}

impl Job for UnmergeIssue {
    const KIND: &'static str = "unmerge_issue";

    async fn run(self, app: &App, id: JobId) -> Result<(), JobError> {
        let done = jobs::done(&app.db, id).await?;
        let left = issue_moves::count_events(&app.db, &[self.source.0], Some(&self.hashes)).await?;
        jobs::update_phase(&app.db, id, "events", Some(done + left)).await?;
        while self.move_slice(app, id).await? {
            job::check(app, id).await?;
        }
        jobs::update_phase(&app.db, id, "counters", None).await?;
        self.settle(app).await
    }
}

impl UnmergeIssue {
    /// `false`: nothing is left to move.
    async fn move_slice(&self, app: &App, id: JobId) -> Result<bool, JobError> {
        let mut tx = app.db.begin().await?;
        issue_moves::lock(&mut *tx, &[self.source.0, self.destination.0]).await?;
        let way = (self.source, self.destination);
        let moved = issue_moves::move_events(&mut tx, way, Some(&self.hashes), SLICE).await?;
        jobs::advance(&mut *tx, id, usize::try_from(moved).unwrap_or_default()).await?;
        tx.commit().await?;
        Ok(moved > 0)
    }

    /// Counts and describes both issues by what they have now. Batches of the project wait.
    async fn settle(&self, app: &App) -> Result<(), JobError> {
        let mut tx = app.db.begin().await?;
        project_counters::lock(&mut *tx, &[self.project_id.0]).await?;
        let there = issue_moves::lock(&mut *tx, &[self.source.0, self.destination.0]).await?;
        for (issue_id, _) in there {
            issue_moves::recount(&mut tx, issue_id).await?;
            describe(&mut tx, self.organization_id, issue_id).await?;
        }
        issue_moves::unlock_hashes(&mut *tx, self.destination).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Gives an issue the texts of its newest event and the releases of its first and last.
async fn describe(tx: &mut PgConnection, organization_id: OrganizationId, issue_id: IssueId) -> sqlx::Result<()> {
    let newest = event_lists::find_latest(&mut *tx, issue_id).await?;
    let Some(newest) = summary(tx, issue_id, newest).await? else { return Ok(()) };
    let oldest = event_lists::find_oldest(&mut *tx, issue_id).await?;
    let first_release = summary(tx, issue_id, oldest).await?.and_then(|oldest| oldest.release);
    let texts = IssueTexts {
        event_type: newest.event_type,
        level: newest.level.as_str(),
        platform: &newest.platform,
        logger: &newest.logger,
        title: &newest.title,
        culprit: &newest.culprit,
        metadata: serde_json::from_str(&newest.metadata.to_string()).unwrap_or_default(),
        message: &newest.message,
        first_release_id: release(tx, organization_id, first_release.as_deref()).await?,
        last_release_id: release(tx, organization_id, newest.release.as_deref()).await?,
    };
    issue_moves::update_texts(&mut *tx, issue_id, &texts).await?;
    issue_texts::put(&mut *tx, &[issue_id.0], &[newest.searched()]).await
}

/// What the body of an event says; `None`: there is none, or it can't be read.
async fn summary(tx: &mut PgConnection, issue_id: IssueId, place: Option<EventPlace>) -> sqlx::Result<Option<Summary>> {
    let Some(place) = place else { return Ok(None) };
    Ok(issue_events::find(tx, issue_id, place).await?.and_then(|event| read(&event)))
}

fn read(event: &Event) -> Option<Summary> {
    let bytes = event.json().ok()?;
    let tree = json::parse(&bytes).ok()?;
    let mut summary = summarize(tree.as_object()?);
    for text in
        [&mut summary.title, &mut summary.culprit, &mut summary.message, &mut summary.logger, &mut summary.names]
    {
        // PostgreSQL stores none in texts.
        *text = text.replace('\0', "\u{fffd}");
    }
    Some(summary)
}

async fn release(
    tx: &mut PgConnection,
    organization_id: OrganizationId,
    version: Option<&str>,
) -> sqlx::Result<Option<ReleaseId>> {
    let Some(version) = version.filter(|version| !version.contains('\0')) else { return Ok(None) };
    let known = releases::list_known(&mut *tx, &[organization_id.0], &[version]).await?;
    Ok(known.into_iter().next().map(|release| release.id))
}

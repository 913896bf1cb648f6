//! Taking an issue apart: some of its hashes, with the events whose primary hash they are, become an issue of their own
//! (grouping.md 12).
//!
//! From the moment of the decision new events of these hashes belong to the new issue. The job moves the stored ones in
//! slices, with what they add to the counters, so that both issues add up at every moment and what the first one was seen
//! before its retention stays its own. Then it describes both by their newest events.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Error;
use super::tally::Tally;
use crate::app::App;
use crate::pipeline::group::features::features;
use crate::pipeline::summarize::{Summary, summarize};
use crate::services::job::{self, Job, JobError, Owner};
use crate::store::activities::{self, NewActivity};
use crate::store::event_lists::{self, EventPlace};
use crate::store::events::Event;
use crate::store::issue_splits::{self, IssueTexts};
use crate::store::issues::Issue;
use crate::store::{
    issue_events, issue_features, issue_hashes, issue_moves, issue_texts, jobs, moving_issues, project_counters,
    releases,
};
use crate::types::ids::{IssueId, JobId, OrganizationId, ProjectId, ReleaseId};
use crate::types::json;

/// Events per transaction. Batches with events of the two issues wait for one, so it takes a tenth of a second at most.
const SLICE: i64 = 500;

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
    if moving_issues::any(&mut *tx, &[issue.id.0], None).await? {
        return Err(Error::Locked);
    }
    let short_id = project.issue_counter + 1;
    project_counters::update_issue_counter(&mut *tx, project.id, short_id).await?;
    let destination = issue_splits::split_off(&mut tx, issue.id, short_id, &hashes, now).await?;
    note(&mut tx, (issue.project_id, owner), (issue.id, destination), &hashes, now).await?;
    let job = UnmergeIssue {
        source: issue.id,
        destination,
        project_id: issue.project_id,
        organization_id: owner.organization_id,
        hashes,
    };
    let job_id = job::promise_for(&mut tx, &job, owner, None, now).await?;
    moving_issues::insert(&mut *tx, job_id, &[issue.id.0, destination.0]).await?;
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
    /// Moves some events with what they add to counters; `false`: nothing is left to move.
    async fn move_slice(&self, app: &App, id: JobId) -> Result<bool, JobError> {
        let mut tx = app.db.begin().await?;
        let way = (self.source, self.destination);
        if issue_moves::lock(&mut *tx, &[way.0.0, way.1.0]).await?.len() < 2 {
            // Their project is being deleted.
            return Ok(false);
        }
        let moved = issue_moves::move_events(&mut tx, way, Some(&self.hashes), SLICE).await?;
        let Some(tally) = Tally::of(&mut tx, &moved).await? else { return Ok(false) };
        tally.shift(&mut tx, way).await?;
        jobs::advance(&mut *tx, id, moved.len()).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Describes both issues by what they have now. Only batches with events of these two wait for the last step.
    async fn settle(&self, app: &App) -> Result<(), JobError> {
        // What changed while the first reading took its time rarely does so again.
        let mut busy = issue_splits::renew_tag_times(&app.db, self.source).await?;
        if !busy.is_empty() {
            busy = issue_splits::renew_tag_times(&app.db, self.source).await?;
        }
        let mut tx = app.db.begin().await?;
        let there = issue_moves::lock(&mut *tx, &[self.source.0, self.destination.0]).await?;
        issue_splits::renew_times_of_tags(&mut *tx, self.source, &busy).await?;
        for (issue_id, _) in there {
            issue_splits::renew_tag_keys(&mut *tx, issue_id).await?;
            self.describe(&mut tx, issue_id).await?;
        }
        issue_splits::unlock_hashes(&mut *tx, self.project_id, &self.hashes).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives an issue the texts of its newest event and the releases of its first and last.
    async fn describe(&self, tx: &mut PgConnection, issue_id: IssueId) -> sqlx::Result<()> {
        let newest = event_lists::find_latest(&mut *tx, issue_id).await?;
        let Some(newest) = self.read(tx, issue_id, newest).await? else { return Ok(()) };
        let oldest = event_lists::find_oldest(&mut *tx, issue_id).await?;
        let first_release = self.read(tx, issue_id, oldest).await?.and_then(|oldest| oldest.summary.release);
        let Description { summary, features } = newest;
        let texts = IssueTexts {
            event_type: summary.event_type,
            level: summary.level.as_str(),
            platform: &summary.platform,
            logger: &summary.logger,
            title: &summary.title,
            culprit: &summary.culprit,
            metadata: serde_json::from_str(&summary.metadata.to_string()).unwrap_or_default(),
            message: &summary.message,
            first_release_id: release(tx, self.organization_id, first_release.as_deref()).await?,
            last_release_id: release(tx, self.organization_id, summary.release.as_deref()).await?,
        };
        issue_splits::update_texts(&mut *tx, issue_id, &texts).await?;
        issue_features::insert(&mut *tx, &vec![issue_id.0; features.len()], &features).await?;
        issue_texts::put(&mut *tx, &[issue_id.0], &[summary.searched()]).await
    }

    /// `None`: there is no such event, or its body can't be read.
    async fn read(
        &self,
        tx: &mut PgConnection,
        issue_id: IssueId,
        place: Option<EventPlace>,
    ) -> sqlx::Result<Option<Description>> {
        let Some(place) = place else { return Ok(None) };
        Ok(issue_events::find(tx, issue_id, place).await?.and_then(|event| Description::of(self.project_id, &event)))
    }
}

/// What an event's stored body says of its issue.
struct Description {
    summary: Summary,
    /// What similar issues are found by.
    features: Vec<i64>,
}

impl Description {
    /// `None`: the body can't be read.
    fn of(project_id: ProjectId, event: &Event) -> Option<Self> {
        let bytes = event.json().ok()?;
        let tree = json::parse(&bytes).ok()?;
        let mut summary = summarize(tree.as_object()?);
        for text in
            [&mut summary.title, &mut summary.culprit, &mut summary.message, &mut summary.logger, &mut summary.names]
        {
            // PostgreSQL stores none in texts.
            *text = text.replace('\0', "\u{fffd}");
        }
        let features = features(project_id, tree.as_object()?).into_iter().collect();
        Some(Self { summary, features })
    }
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

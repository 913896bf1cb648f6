//! What the events of a batch do to resolved and ignored issues: they may come back (grouping.md 11.3, 11.4).
//!
//! Nearly all events belong to unresolved issues, for which nothing here asks the database anything.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::assign::Share;
use super::batch::BatchEvent;
use super::releases::BatchReleases;
use crate::store::{
    activities::{self, NewActivity},
    events, issue_resolutions, issue_snoozes, issue_tags,
    issues::intake::{self, LockedIssue},
    project_counters::LockedProject,
    releases as release_rows,
};
use crate::types::{
    ids::{IssueId, ProjectId, ReleaseId},
    lifecycle::{
        Comparison, Release, Resolution, ResolutionKind, Snooze, SnoozeCounters, Status, effective_status,
        follows_semver, is_settled, regression, snooze_is_valid,
    },
};

/// What the decisions need to see of a batch.
pub struct Scene<'s> {
    pub events: &'s [BatchEvent],
    pub projects: &'s [LockedProject],
    pub releases: &'s BatchReleases<'s>,
    /// New users per issue.
    pub new_users: &'s HashMap<IssueId, i64>,
    pub now: DateTime<Utc>,
}

/// Reopens the issues that the batch brings back.
pub async fn reopen(
    tx: &mut PgConnection,
    scene: &Scene<'_>,
    issues: &HashMap<IssueId, LockedIssue>,
    shares: &[Share],
) -> sqlx::Result<()> {
    for share in shares.iter().filter(|share| !share.is_new) {
        let Some(issue) = issues.get(&share.id()) else { continue };
        match issue.status {
            Status::Ignored => end_snooze(tx, scene, issue, share).await?,
            Status::Resolved | Status::Unresolved if scene.is_resolved(issue) => {
                regress(tx, scene, issue, share).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

impl Scene<'_> {
    fn is_resolved(&self, issue: &LockedIssue) -> bool {
        let project = self.projects.iter().find(|project| project.id == issue.project_id);
        let resolve_age = project.map_or(0, |project| u32::try_from(project.resolve_age).unwrap_or(0));
        effective_status(issue.status, true, resolve_age, issue.last_seen, self.now) == Status::Resolved
    }
}

/// An ignored issue comes back when its snooze has ended.
async fn end_snooze(tx: &mut PgConnection, scene: &Scene<'_>, issue: &LockedIssue, share: &Share) -> sqlx::Result<()> {
    let Some(row) = issue_snoozes::list(&mut *tx, &[issue.id.0]).await?.pop() else { return Ok(()) };
    let counters = SnoozeCounters {
        times_seen: issue.times_seen + share.count(),
        users_seen: issue.users_seen + scene.new_users.get(&issue.id).copied().unwrap_or(0),
        events_in_window: events_in_window(tx, scene, &row.snooze, share).await?,
        users_in_window: users_in_window(tx, scene.now, &row.snooze, issue.id).await?,
    };
    if snooze_is_valid(&row.snooze, scene.now, &counters) {
        return Ok(());
    }
    issue_snoozes::delete(&mut *tx, &[issue.id.0]).await?;
    intake::reopen(&mut *tx, issue.id, scene.now, false).await?;
    add_activity(tx, scene, issue, "set_unresolved", json!({})).await
}

async fn events_in_window(
    tx: &mut PgConnection,
    scene: &Scene<'_>,
    snooze: &Snooze,
    share: &Share,
) -> sqlx::Result<i64> {
    let Some(minutes) = snooze.window_minutes else { return Ok(0) };
    let since = scene.now - TimeDelta::minutes(minutes.into());
    let of_batch = share.events.iter().filter(|place| scene.events[**place].summary.occurred_at >= since).count();
    // The events of the batch are inserted after this.
    let stored = events::count_of_issue_since(&mut *tx, share.id(), since).await?;
    Ok(stored + i64::try_from(of_batch).unwrap_or(i64::MAX))
}

async fn users_in_window(
    tx: &mut PgConnection,
    now: DateTime<Utc>,
    snooze: &Snooze,
    issue_id: IssueId,
) -> sqlx::Result<i64> {
    let Some(minutes) = snooze.user_window_minutes else { return Ok(0) };
    issue_tags::count_users_since(&mut *tx, issue_id, now - TimeDelta::minutes(minutes.into())).await
}

/// A resolved issue comes back with the first event that isn't of an older release.
async fn regress(tx: &mut PgConnection, scene: &Scene<'_>, issue: &LockedIssue, share: &Share) -> sqlx::Result<()> {
    let resolution_row = issue_resolutions::list(&mut *tx, &[issue.id.0]).await?.pop();
    let resolution = resolution_row.as_ref().map(|row| {
        let date = row.released_at.unwrap_or(DateTime::<Utc>::MIN_UTC);
        let release = Release { version: row.version.as_deref().unwrap_or_default(), date };
        match row.kind {
            ResolutionKind::InRelease => Resolution::InRelease(release),
            ResolutionKind::InNextRelease => Resolution::InNextRelease(release),
            ResolutionKind::InCommit => Resolution::InUnreleasedCommit,
        }
    });
    let semver = resolution.is_some() && project_follows_semver(tx, issue.project_id).await?;
    let dates = if resolution.is_some() { release_dates(tx, scene, share).await? } else { HashMap::new() };
    let returning = share.events.iter().map(|place| &scene.events[*place]).find_map(|event| {
        let release_id = scene.releases.id_of(event);
        let date = release_id.and_then(|id| dates.get(&id).copied()).unwrap_or(scene.now);
        let release = event.summary.release.as_deref().map(|version| Release { version, date });
        let decision = regression(Status::Resolved, resolution, release, semver);
        let is_late = is_settled(issue.active_at, event.summary.occurred_at, issue.last_seen);
        (decision.is_regression && is_late).then_some((event, decision.compared_by))
    });
    let Some((event, compared_by)) = returning else { return Ok(()) };
    intake::reopen(&mut *tx, issue.id, event.summary.occurred_at.max(issue.last_seen), true).await?;
    if resolution_row.is_some() {
        issue_resolutions::delete(&mut *tx, issue.id).await?;
    }
    let resolved_in = resolution_row.map(|row| (row.kind, row.version));
    let data = regression_data(event.summary.release.as_deref(), resolved_in, compared_by);
    add_activity(tx, scene, issue, "set_regression", data).await
}

/// What the history tells of a regression: in which release, after it was resolved in which, compared by what.
fn regression_data(
    release: Option<&str>,
    resolved_in: Option<(ResolutionKind, Option<String>)>,
    compared_by: Option<Comparison>,
) -> serde_json::Value {
    let mut data = json!({ "version": release.unwrap_or_default() });
    if let Some((kind, Some(version))) = resolved_in {
        // "Next" keeps the release after which it was to be fixed.
        let member = if kind == ResolutionKind::InNextRelease { "resolvedAfter" } else { "resolvedIn" };
        data[member] = version.into();
    }
    if let Some(comparison) = compared_by {
        data["comparedBy"] = comparison.as_str().into();
    }
    data
}

/// Whether the versions of a project's newest releases are semantic ones.
pub async fn project_follows_semver(tx: &mut PgConnection, project_id: ProjectId) -> sqlx::Result<bool> {
    let versions = release_rows::list_recent_versions(&mut *tx, project_id, 10).await?;
    let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
    Ok(follows_semver(&versions))
}

async fn release_dates(
    tx: &mut PgConnection,
    scene: &Scene<'_>,
    share: &Share,
) -> sqlx::Result<HashMap<ReleaseId, DateTime<Utc>>> {
    let ids: Vec<i64> =
        share.events.iter().filter_map(|place| scene.releases.id_of(&scene.events[*place])).map(|id| id.0).collect();
    Ok(release_rows::list_dates(&mut *tx, &ids).await?.into_iter().collect())
}

async fn add_activity(
    tx: &mut PgConnection,
    scene: &Scene<'_>,
    issue: &LockedIssue,
    kind: &str,
    data: serde_json::Value,
) -> sqlx::Result<()> {
    let new = NewActivity { project_id: issue.project_id, issue_id: issue.id, user_id: None, kind, data };
    activities::insert(&mut *tx, &new, scene.now).await
}

//! Creating and updating the issues of a batch.

use std::collections::{BTreeMap, HashMap};

use sqlx::PgConnection;

use super::assign::{KnownHashes, Owner, Share};
use super::batch::BatchEvent;
use super::features;
use super::releases::BatchReleases;
use crate::store::{
    issue_hashes, issue_texts,
    issues::intake::{self, IssueChanges, LockedIssue, NewIssues},
    project_counters::{self, LockedProject},
};
use crate::types::{
    ids::{IssueId, ProjectId},
    lifecycle::Status,
};

/// Where the hashes of the events at these places lead.
pub async fn known_hashes(tx: &mut PgConnection, events: &[BatchEvent], places: &[usize]) -> sqlx::Result<KnownHashes> {
    let mut wanted: Vec<_> = places
        .iter()
        .flat_map(|place| events[*place].hashes.iter().map(|hash| (events[*place].project_id.0, hash.0)))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let (project_ids, hashes): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
    let rows = issue_hashes::list(&mut *tx, &project_ids, &hashes).await?;
    let owner = |row: &issue_hashes::IssueHash| match row.issue_id {
        None => row.tombstone_id.map(Owner::Tombstone),
        issue_id => issue_id.map(Owner::Issue),
    };
    Ok(rows.iter().filter_map(|row| Some(((row.project_id, row.hash), owner(row)?))).collect())
}

/// Locks the issues that exist; `None`: one of them was deleted or merged meanwhile, the batch must be assigned anew.
pub async fn lock(tx: &mut PgConnection, shares: &[Share]) -> sqlx::Result<Option<HashMap<IssueId, LockedIssue>>> {
    let ids: Vec<i64> = shares.iter().filter_map(|share| share.issue_id).map(|id| id.0).collect();
    if ids.is_empty() {
        return Ok(Some(HashMap::new()));
    }
    let locked = intake::lock(&mut *tx, &ids).await?;
    let is_staying = |issue: &LockedIssue| !matches!(issue.status, Status::PendingDeletion | Status::PendingMerge);
    let is_complete = locked.len() == ids.len() && locked.iter().all(is_staying);
    Ok(is_complete.then(|| locked.into_iter().map(|issue| (issue.id, issue)).collect()))
}

/// Creates the new issues with complete counters and attaches their hashes.
pub async fn create(
    tx: &mut PgConnection,
    projects: &[LockedProject],
    events: &[BatchEvent],
    releases: &BatchReleases<'_>,
    (shares, users): (&mut [Share], &[i64]),
) -> sqlx::Result<()> {
    let places: Vec<usize> = (0..shares.len()).filter(|place| shares[*place].is_new).collect();
    if places.is_empty() {
        return Ok(());
    }
    let metadata: Vec<String> = places.iter().map(|place| metadata(events, &shares[*place])).collect();
    let mut counters: BTreeMap<ProjectId, i64> = projects.iter().map(|row| (row.id, row.issue_counter)).collect();
    let mut new = NewIssues::default();
    for (place, metadata) in places.iter().zip(&metadata) {
        let share = &shares[*place];
        let short_id = counters.entry(share.project_id).or_default();
        *short_id += 1;
        new.short_ids.push(*short_id);
        new.metadata.push(metadata);
        new.users_seen.push(users[*place]);
        add_columns(&mut new, events, releases, share);
    }
    let ids = intake::insert(&mut *tx, &new).await?;
    for (place, id) in places.iter().zip(ids) {
        shares[*place].issue_id = Some(id);
    }
    for project in projects {
        let counter = counters.get(&project.id).copied().unwrap_or_default();
        if counter != project.issue_counter {
            project_counters::update_issue_counter(&mut *tx, project.id, counter).await?;
        }
    }
    attach_hashes(tx, shares).await?;
    features::insert(tx, events, shares).await?;
    let new: Vec<&Share> = shares.iter().filter(|share| share.is_new).collect();
    put_texts(tx, events, new).await
}

fn add_columns<'b>(new: &mut NewIssues<'b>, events: &'b [BatchEvent], releases: &BatchReleases<'_>, share: &Share) {
    let newest = &events[share.newest()];
    new.project_ids.push(share.project_id.0);
    new.event_types.push(newest.summary.event_type);
    new.levels.push(newest.summary.level.as_str());
    new.platforms.push(&newest.summary.platform);
    new.loggers.push(&newest.summary.logger);
    new.titles.push(&newest.summary.title);
    new.culprits.push(&newest.summary.culprit);
    new.messages.push(&newest.summary.message);
    new.times_seen.push(share.count());
    new.first_seen.push(share.first_seen);
    new.last_seen.push(share.last_seen);
    new.first_release_ids.push(releases.id_of(&events[share.events[0]]).map(|id| id.0));
    new.last_release_ids.push(releases.id_of(newest).map(|id| id.0));
}

async fn attach_hashes(tx: &mut PgConnection, shares: &[Share]) -> sqlx::Result<()> {
    let mut rows: Vec<_> = shares
        .iter()
        .filter(|share| share.is_new)
        .flat_map(|share| share.hashes.iter().map(|hash| (share.project_id.0, hash.0, share.id().0)))
        .collect();
    rows.sort_unstable();
    let project_ids: Vec<_> = rows.iter().map(|row| row.0).collect();
    let hashes: Vec<_> = rows.iter().map(|row| row.1).collect();
    let issue_ids: Vec<_> = rows.iter().map(|row| row.2).collect();
    issue_hashes::attach(&mut *tx, &project_ids, &hashes, &issue_ids).await
}

/// Adds the batch to the issues that existed.
pub async fn update(
    tx: &mut PgConnection,
    events: &[BatchEvent],
    releases: &BatchReleases<'_>,
    issues: &HashMap<IssueId, LockedIssue>,
    shares: &[Share],
    new_users: &HashMap<IssueId, i64>,
) -> sqlx::Result<()> {
    let mut existing: Vec<(&Share, &LockedIssue)> = shares
        .iter()
        .filter(|share| !share.is_new)
        .filter_map(|share| Some((share, issues.get(&share.id())?)))
        .collect();
    if existing.is_empty() {
        return Ok(());
    }
    existing.sort_unstable_by_key(|(_, issue)| issue.id);
    let metadata: Vec<Option<String>> = existing
        .iter()
        .map(|(share, issue)| has_new_texts(events, share, issue).then(|| metadata(events, share)))
        .collect();
    let mut changes = IssueChanges::default();
    for ((share, issue), metadata) in existing.iter().zip(&metadata) {
        let newest = &events[share.newest()];
        changes.ids.push(issue.id.0);
        changes.times_seen.push(share.count());
        changes.users_seen.push(new_users.get(&issue.id).copied().unwrap_or(0));
        changes.first_seen.push(share.first_seen);
        changes.last_seen.push(share.last_seen);
        changes.last_release_ids.push(releases.id_of(newest).map(|id| id.0));
        changes.metadata.push(metadata.as_deref());
        let summary = &newest.summary;
        changes.levels.push(changed(summary.level.as_str(), &issue.level));
        changes.platforms.push(changed(&summary.platform, &issue.platform));
        changes.loggers.push(changed(&summary.logger, &issue.logger));
        changes.titles.push(changed(&summary.title, &issue.title));
        changes.culprits.push(changed(&summary.culprit, &issue.culprit));
        changes.messages.push(changed(&summary.message, &issue.message));
    }
    let is_told: Vec<bool> = metadata.iter().map(Option::is_some).collect();
    intake::update(&mut *tx, &changes).await?;
    let told = existing.iter().zip(is_told).filter(|(_, is_told)| *is_told).map(|((share, _), _)| *share).collect();
    put_texts(tx, events, told).await
}

/// Writes what free text finds these issues by.
async fn put_texts(tx: &mut PgConnection, events: &[BatchEvent], mut shares: Vec<&Share>) -> sqlx::Result<()> {
    if shares.is_empty() {
        return Ok(());
    }
    shares.sort_unstable_by_key(|share| share.id());
    let ids: Vec<i64> = shares.iter().map(|share| share.id().0).collect();
    let texts: Vec<String> = shares.iter().map(|share| events[share.newest()].summary.searched()).collect();
    issue_texts::put(&mut *tx, &ids, &texts).await
}

/// Everything in the metadata is also in one of these.
fn has_new_texts(events: &[BatchEvent], share: &Share, issue: &LockedIssue) -> bool {
    let summary = &events[share.newest()].summary;
    summary.title != issue.title || summary.culprit != issue.culprit || summary.message != issue.message
}

fn changed<'b>(new: &'b str, old: &str) -> Option<&'b str> {
    (new != old).then_some(new)
}

fn metadata(events: &[BatchEvent], share: &Share) -> String {
    events[share.newest()].summary.metadata.to_string()
}

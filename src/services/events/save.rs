//! The transaction.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgPool};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::assign::{Share, assign};
use super::batch::{Batch, BatchEvent, OutcomeCounts, Refused, hour_of};
use super::bodies::{self, Kind};
use super::caches::{Caches, Place, TagText};
use super::issues;
use super::lifecycle::{self, Scene};
use super::releases::{BatchReleases, save_environments};
use super::settle;
use super::tags::BatchTags;
use super::users::{BatchUsers, Known};
use crate::store::{
    attachments::{self, NewAttachments},
    body_references::ReferenceKey,
    event_partitions::{self, Week},
    events::{self, NewEvents},
    issue_hours, issue_tombstones, outcomes,
    project_counters::{self, LockedProject},
    user_reports,
};
use crate::types::ids::{IssueId, OrganizationId, ProjectId, ProjectKeyId, ReleaseId, TagValueId, TombstoneId};
use crate::types::stream_id::StreamId;

/// How exactly "last used" of a key is kept.
const KEY_USED_STEP: TimeDelta = TimeDelta::seconds(60);

/// Saves batches, remembering between them what they have in common.
#[derive(Debug)]
pub struct Saver {
    db: PgPool,
    caches: Mutex<Caches>,
}

/// How a batch ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    pub stored: usize,
    pub duplicates: usize,
    /// Thrown away because their issue is to be discarded.
    pub discarded: usize,
    /// Of projects that are gone.
    pub homeless: usize,
}

/// Why a batch was not saved; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("an issue was deleted while its events were being saved")]
    Conflict,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Saver {
    pub fn new(db: PgPool) -> Self {
        Self { db, caches: Mutex::default() }
    }

    /// Saves a batch or nothing of it.
    pub async fn save(&self, batch: &Batch, now: DateTime<Utc>) -> Result<Saved, SaveError> {
        let mut caches = self.caches.lock().await;
        let result = self.try_save(batch, &mut caches, now).await;
        if result.is_err() {
            *caches = Caches::default();
        }
        result
    }

    async fn try_save(&self, batch: &Batch, caches: &mut Caches, now: DateTime<Utc>) -> Result<Saved, SaveError> {
        self.create_partitions(batch, caches).await?;
        let mut tx = self.db.begin().await?;
        let transaction = Transaction { batch, now };
        let learned = transaction.run(&mut tx, caches).await?;
        tx.commit().await?;
        let saved = learned.saved;
        learned.enter(caches);
        Ok(saved)
    }

    /// Events may come of any week: from a queue that waited, or when cron was away.
    async fn create_partitions(&self, batch: &Batch, caches: &mut Caches) -> sqlx::Result<()> {
        for week in batch.events.iter().map(|event| Week::of(event.received_at)).collect::<HashSet<_>>() {
            if !caches.weeks.contains(&week) {
                event_partitions::create(&self.db, week).await?;
                caches.weeks.insert(week);
            }
        }
        Ok(())
    }
}

/// One attempt to save a batch.
struct Transaction<'b> {
    batch: &'b Batch,
    now: DateTime<Utc>,
}

/// What the caches may learn once the transaction is committed.
#[derive(Default)]
struct Learned {
    saved: Saved,
    tag_values: Vec<(TagText, TagValueId)>,
    users: Vec<(TagValueId, Known)>,
    releases: Vec<((OrganizationId, String), ReleaseId)>,
    release_projects: Vec<((ReleaseId, ProjectId), DateTime<Utc>)>,
    environments: Vec<(ProjectId, String)>,
    places: Vec<(Place, DateTime<Utc>)>,
    keys_used: Vec<(ProjectKeyId, DateTime<Utc>)>,
    kinds: Vec<(ReferenceKey, Kind)>,
}

impl Learned {
    fn enter(self, caches: &mut Caches) {
        self.tag_values.into_iter().for_each(|(text, id)| caches.tag_values.insert(text, id));
        self.users.into_iter().for_each(|(id, known)| caches.users.insert(id, known));
        self.releases.into_iter().for_each(|(key, id)| caches.releases.insert(key, id));
        self.release_projects.into_iter().for_each(|(key, at)| caches.release_projects.insert(key, at));
        self.environments.into_iter().for_each(|key| caches.environments.insert(key, ()));
        self.places.into_iter().for_each(|(place, at)| caches.places.insert(place, at));
        caches.keys_used.extend(self.keys_used);
        self.kinds.into_iter().for_each(|(key, kind)| caches.kinds.insert(key, kind));
    }
}

impl<'b> Transaction<'b> {
    async fn run(&self, tx: &mut PgConnection, caches: &mut Caches) -> Result<Learned, SaveError> {
        let events: &'b [BatchEvent] = &self.batch.events;
        let projects = self.lock_projects(tx).await?;
        let settled = settle::settled_before(tx, self.batch).await?;
        let mut refused = settle::uncounted(tx, &self.batch.refused, &settled).await?;
        let mut learned = Learned::default();
        let fresh = self.fresh(tx, (&projects, &settled), &mut refused, &mut learned.saved).await?;

        let known = issues::known_hashes(tx, events, &fresh).await?;
        let assignment = assign(events, &fresh, &known);
        let mut shares = assignment.shares;
        let locked = issues::lock(tx, &shares).await?.ok_or(SaveError::Conflict)?;
        learned.saved.discarded = assignment.discarded.len();
        let discarded = assignment.discarded.iter();
        refused.extend(discarded.map(|(place, _)| events[*place].refused(("filtered", "discarded-hash"))));
        count_hits(tx, &assignment.discarded, self.now).await?;

        let organizations = projects.iter().map(|project| (project.id, project.organization_id)).collect();
        let versions = fresh.iter().filter_map(|place| {
            let event = &events[*place];
            Some((event.project_id, event.summary.release.as_deref()?))
        });
        let mut releases = BatchReleases::resolve(tx, caches, organizations, versions, self.now).await?;
        let mut tags = BatchTags::count(events, &shares);
        let users = tags.users(shares.len());
        issues::create(tx, &projects, events, &releases, (&mut shares, &users)).await?;
        learned.tag_values = tags.resolve(tx, caches, &projects).await?;
        let new_users = users_per_issue(tags.save(tx, &shares).await?);
        let known_users = BatchUsers::save(tx, caches, events, &tags).await?;
        tags.save_keys(tx, (&shares, &known_users), &locked).await?;
        learned.users = known_users.learned;
        issues::update(tx, events, &releases, &locked, &shares, &new_users).await?;
        let scene = Scene { events, projects: &projects, releases: &releases, new_users: &new_users, now: self.now };
        lifecycle::reopen(tx, &scene, &locked, &shares).await?;

        let kept = || shares.iter().flat_map(|share| share.events.iter().map(|place| &events[*place]));
        releases.save(tx, caches, events, &shares).await?;
        releases.save_hours(tx, kept()).await?;
        releases.save_environments(tx, caches, kept()).await?;
        (learned.releases, learned.release_projects) = (releases.learned, releases.noted);
        learned.places = releases.places;
        learned.environments = save_environments(tx, caches, kept(), self.now).await?;
        (learned.saved.stored, learned.kinds) = self.insert_events(tx, caches, &shares, &tags).await?;
        save_hours(tx, events, &shares, &tags).await?;
        save_attachments(tx, kept()).await?;
        learned.keys_used = self.note_use(tx, caches, &projects, kept()).await?;
        let mut outcomes = OutcomeCounts::default();
        for event in kept() {
            outcomes.count((event.project_id, event.key_id), event.received_at, ("accepted", ""), event.category);
        }
        settle::settle(tx, &refused, &mut outcomes, self.now).await?;
        outcomes::add(&mut *tx, &outcomes.to_vec()).await?;
        Ok(learned)
    }

    async fn lock_projects(&self, tx: &mut PgConnection) -> sqlx::Result<Vec<LockedProject>> {
        let mut ids: Vec<i64> = self.batch.events.iter().map(|event| event.project_id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        project_counters::lock(&mut *tx, &ids).await
    }

    /// The places of the events to save: of living projects, and not stored before.
    async fn fresh(
        &self,
        tx: &mut PgConnection,
        (projects, settled): (&[LockedProject], &HashSet<StreamId>),
        refused: &mut Vec<Refused>,
        saved: &mut Saved,
    ) -> sqlx::Result<Vec<usize>> {
        let living: HashSet<ProjectId> = projects.iter().map(|project| project.id).collect();
        let events = &self.batch.events;
        let (mut candidates, homeless): (Vec<usize>, Vec<usize>) =
            (0..events.len()).partition(|place| living.contains(&events[*place].project_id));
        saved.homeless = homeless.len();
        candidates.retain(|place| !settled.contains(&events[*place].entry));
        if candidates.is_empty() {
            return Ok(candidates);
        }
        let project_ids: Vec<i64> = candidates.iter().map(|place| events[*place].project_id.0).collect();
        let event_ids: Vec<Uuid> = candidates.iter().map(|place| events[*place].event_id).collect();
        let stored = events::list_stored(&mut *tx, &project_ids, &event_ids).await?;
        let mut seen: HashSet<(ProjectId, Uuid)> = stored.keys().copied().collect();
        let (fresh, repeated): (Vec<usize>, Vec<usize>) =
            candidates.into_iter().partition(|place| seen.insert((events[*place].project_id, events[*place].event_id)));
        saved.duplicates = repeated.len();
        let sent_again = repeated.into_iter().map(|place| events[place].refused(("invalid", "duplicate")));
        // An event that was saved itself before it was redelivered is no duplicate.
        refused.extend(sent_again.filter(|refused| !refused.is_saved_as(&stored)));
        Ok(fresh)
    }

    async fn insert_events(
        &self,
        tx: &mut PgConnection,
        caches: &mut Caches,
        shares: &[Share],
        tags: &BatchTags<'_>,
    ) -> sqlx::Result<(usize, Vec<(ReferenceKey, Kind)>)> {
        let mut rows: Vec<(usize, IssueId)> =
            shares.iter().flat_map(|share| share.events.iter().map(|place| (*place, share.id()))).collect();
        if rows.is_empty() {
            return Ok((0, Vec::new()));
        }
        rows.sort_unstable();
        let tag_value_ids = rows.iter().map(|(place, _)| tags.ids_of(*place)).collect();
        let rows: Vec<(&BatchEvent, IssueId)> =
            rows.into_iter().map(|(place, issue_id)| (&self.batch.events[place], issue_id)).collect();
        let bodies = bodies::pack(tx, caches, &rows).await?;
        let mut new = NewEvents {
            tag_value_ids,
            reference_ids: bodies.reference_ids,
            bodies: bodies.packed,
            ..NewEvents::default()
        };
        for (event, issue_id) in &rows {
            new.project_ids.push(event.project_id.0);
            new.issue_ids.push(issue_id.0);
            new.event_ids.push(event.event_id);
            new.occurred_at.push(event.summary.occurred_at);
            new.received_at.push(event.received_at);
            new.hashes.push(event.primary_hash().0);
            new.sizes.push(event.size);
        }
        events::insert(&mut *tx, &new).await?;
        user_reports::link(&mut *tx, &new.project_ids, &new.event_ids, &new.issue_ids).await?;
        Ok((rows.len(), bodies.kinds))
    }

    /// Notes that projects have events and keys are in use.
    async fn note_use(
        &self,
        tx: &mut PgConnection,
        caches: &Caches,
        projects: &[LockedProject],
        events: impl Iterator<Item = &'b BatchEvent>,
    ) -> sqlx::Result<Vec<(ProjectKeyId, DateTime<Utc>)>> {
        let mut keys = BTreeMap::new();
        let mut first = BTreeMap::new();
        for event in events {
            first.entry(event.project_id).or_insert(event.received_at);
            keys.insert(event.key_id, self.now);
        }
        for project in projects.iter().filter(|project| !project.has_events) {
            if let Some(at) = first.get(&project.id) {
                project_counters::update_first_event(&mut *tx, project.id, *at).await?;
            }
        }
        keys.retain(|key, at| caches.keys_used.get(key).is_none_or(|noted| *at > *noted + KEY_USED_STEP));
        let key_ids: Vec<i64> = keys.keys().map(|key| key.0).collect();
        if !key_ids.is_empty() {
            project_counters::update_keys_used(&mut *tx, &key_ids, self.now).await?;
        }
        Ok(keys.into_iter().collect())
    }
}

/// What people see beside the discarded issues of a project.
async fn count_hits(tx: &mut PgConnection, discarded: &[(usize, TombstoneId)], now: DateTime<Utc>) -> sqlx::Result<()> {
    let mut hits: BTreeMap<i64, i64> = BTreeMap::new();
    for (_, id) in discarded {
        *hits.entry(id.0).or_default() += 1;
    }
    if hits.is_empty() {
        return Ok(());
    }
    let (ids, hits): (Vec<i64>, Vec<i64>) = hits.into_iter().unzip();
    issue_tombstones::add_hits(&mut *tx, &ids, &hits, now).await
}

fn users_per_issue(issues: Vec<IssueId>) -> HashMap<IssueId, i64> {
    let mut users = HashMap::new();
    for issue in issues {
        *users.entry(issue).or_default() += 1;
    }
    users
}

async fn save_hours(
    tx: &mut PgConnection,
    events: &[BatchEvent],
    shares: &[Share],
    tags: &BatchTags<'_>,
) -> sqlx::Result<()> {
    let mut hours: BTreeMap<(i64, DateTime<Utc>, i64), i32> = BTreeMap::new();
    for share in shares {
        for place in &share.events {
            let hour = hour_of(events[*place].summary.occurred_at);
            *hours.entry((share.id().0, hour, tags.environment_of(*place))).or_default() += 1;
        }
    }
    if hours.is_empty() {
        return Ok(());
    }
    let issue_ids: Vec<i64> = hours.keys().map(|key| key.0).collect();
    let starts: Vec<_> = hours.keys().map(|key| key.1).collect();
    let environments: Vec<i64> = hours.keys().map(|key| key.2).collect();
    let counts: Vec<i32> = hours.into_values().collect();
    issue_hours::add(&mut *tx, &issue_ids, &starts, &environments, &counts).await
}

async fn save_attachments(tx: &mut PgConnection, events: impl Iterator<Item = &BatchEvent>) -> sqlx::Result<()> {
    let mut new = NewAttachments::default();
    for event in events {
        for file in &event.attachments {
            new.project_ids.push(event.project_id.0);
            new.event_ids.push(event.event_id);
            new.names.push(file.name.clone());
            new.content_types.push(file.content_type.clone());
            new.kinds.push(file.kind.clone());
            new.sizes.push(i64::try_from(file.size).unwrap_or(i64::MAX));
            new.blobs.push(file.blob.clone());
            new.created_at.push(event.received_at);
        }
    }
    if new.project_ids.is_empty() {
        return Ok(());
    }
    attachments::insert(&mut *tx, &new).await
}

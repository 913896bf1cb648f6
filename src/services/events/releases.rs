//! Releases and environments of a batch.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::assign::Share;
use super::batch::{BatchEvent, hour_of};
use super::caches::{Caches, Place};
use crate::store::{
    environments,
    release_environments::{self, SeenEnvironments},
    release_hours::{self, ReleaseHours},
    release_projects::{self, ReleaseCounts},
    releases,
};
use crate::types::ids::{OrganizationId, ProjectId, ReleaseId};

/// How exactly "last event of this release" is kept.
const LAST_EVENT_STEP: TimeDelta = TimeDelta::seconds(60);

/// Ids of the releases of a batch.
#[derive(Debug, Default)]
pub struct BatchReleases<'b> {
    ids: HashMap<(OrganizationId, &'b str), ReleaseId>,
    organizations: HashMap<ProjectId, OrganizationId>,
    /// What the caches may learn after the commit.
    pub learned: Vec<((OrganizationId, String), ReleaseId)>,
    pub noted: Vec<((ReleaseId, ProjectId), DateTime<Utc>)>,
    pub places: Vec<(Place, DateTime<Utc>)>,
}

impl<'b> BatchReleases<'b> {
    /// Finds the releases of all shares, making those that are new.
    pub async fn resolve(
        tx: &mut PgConnection,
        caches: &mut Caches,
        organizations: HashMap<ProjectId, OrganizationId>,
        releases_of: impl Iterator<Item = (ProjectId, &'b str)>,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Self> {
        let mut batch = Self { organizations, ..Self::default() };
        let wanted: BTreeSet<(OrganizationId, &str)> =
            releases_of.filter_map(|(project, version)| Some((*batch.organizations.get(&project)?, version))).collect();
        let mut missing = BTreeSet::new();
        for key in wanted {
            match caches.releases.get(&(key.0, key.1.to_owned())) {
                Some(id) => {
                    batch.ids.insert(key, id);
                }
                None => {
                    missing.insert(key);
                }
            }
        }
        // Another project of the organization may make the same release meanwhile: then the insert leaves it out, and
        // the second look finds it.
        batch.look_up(tx, &missing).await?;
        missing.retain(|key| !batch.ids.contains_key(key));
        if !missing.is_empty() {
            let (organization_ids, versions) = columns(&missing);
            let made = releases::insert_missing(&mut *tx, &organization_ids, &versions, now).await?;
            batch.learn(&missing, made);
            missing.retain(|key| !batch.ids.contains_key(key));
            batch.look_up(tx, &missing).await?;
        }
        Ok(batch)
    }

    /// The release of an event.
    pub fn id_of(&self, event: &BatchEvent) -> Option<ReleaseId> {
        let version = event.summary.release.as_deref()?;
        let organization = self.organizations.get(&event.project_id)?;
        self.ids.get(&(*organization, version)).copied()
    }

    /// Notes new issues and the last event of each release in each project.
    pub async fn save(
        &mut self,
        tx: &mut PgConnection,
        caches: &mut Caches,
        events: &[BatchEvent],
        shares: &[Share],
    ) -> sqlx::Result<()> {
        let mut counts: BTreeMap<(ReleaseId, ProjectId), ReleaseCount> = BTreeMap::new();
        for share in shares {
            for (order, place) in share.events.iter().enumerate() {
                let event = &events[*place];
                let Some(release_id) = self.id_of(event) else { continue };
                let at = event.summary.occurred_at;
                let count = counts.entry((release_id, share.project_id)).or_insert((0, at, at));
                count.0 += i64::from(share.is_new && order == 0);
                count.1 = count.1.min(at);
                count.2 = count.2.max(at);
            }
        }
        counts.retain(|key, (new_issues, _, last)| {
            let noted = caches.release_projects.get(key);
            *new_issues > 0 || noted.is_none_or(|noted| *last > noted + LAST_EVENT_STEP)
        });
        if counts.is_empty() {
            return Ok(());
        }
        let mut columns = ReleaseCounts::default();
        for ((release_id, project_id), (new_issues, first, last)) in counts {
            columns.release_ids.push(release_id.0);
            columns.project_ids.push(project_id.0);
            columns.new_issues.push(new_issues);
            columns.first_event_at.push(first);
            columns.last_event_at.push(last);
            self.noted.push(((release_id, project_id), last));
        }
        release_projects::add(&mut *tx, &columns).await
    }

    /// Counts the events of each hour, those without a release too.
    pub async fn save_hours(
        &self,
        tx: &mut PgConnection,
        events: impl Iterator<Item = &BatchEvent>,
    ) -> sqlx::Result<()> {
        let mut counts: BTreeMap<(ProjectId, DateTime<Utc>, Option<ReleaseId>), i32> = BTreeMap::new();
        for event in events {
            *counts.entry((event.project_id, hour_of(event.summary.occurred_at), self.id_of(event))).or_default() += 1;
        }
        if counts.is_empty() {
            return Ok(());
        }
        let mut columns = ReleaseHours::default();
        for ((project_id, hour, release_id), events) in counts {
            columns.project_ids.push(project_id.0);
            columns.hours.push(hour);
            columns.release_ids.push(release_id.map_or(0, |id| id.0));
            columns.events.push(events);
        }
        release_hours::add(&mut *tx, &columns).await
    }

    /// Notes in which environments releases are seen.
    pub async fn save_environments(
        &mut self,
        tx: &mut PgConnection,
        caches: &mut Caches,
        events: impl Iterator<Item = &BatchEvent>,
    ) -> sqlx::Result<()> {
        let mut seen: BTreeMap<(ReleaseId, ProjectId, &str), Times> = BTreeMap::new();
        for event in events {
            let Some((release_id, environment)) = self.id_of(event).zip(event.summary.environment.as_deref()) else {
                continue;
            };
            let at = event.summary.occurred_at;
            let times = seen.entry((release_id, event.project_id, environment)).or_insert((at, at));
            *times = (times.0.min(at), times.1.max(at));
        }
        let mut columns = SeenEnvironments::default();
        for ((release_id, project_id, environment), (first, last)) in seen {
            let place: Place = (release_id, project_id, environment.to_owned());
            if caches.places.get(&place).is_some_and(|noted| last <= noted + LAST_EVENT_STEP) {
                continue;
            }
            columns.release_ids.push(release_id.0);
            columns.project_ids.push(project_id.0);
            columns.environments.push(environment.to_owned());
            columns.first_event_at.push(first);
            columns.last_event_at.push(last);
            self.places.push((place, last));
        }
        if columns.release_ids.is_empty() {
            return Ok(());
        }
        release_environments::note(&mut *tx, &columns).await
    }

    async fn look_up(
        &mut self,
        tx: &mut PgConnection,
        wanted: &BTreeSet<(OrganizationId, &'b str)>,
    ) -> sqlx::Result<()> {
        if wanted.is_empty() {
            return Ok(());
        }
        let (organization_ids, versions) = columns(wanted);
        let known = releases::list_known(&mut *tx, &organization_ids, &versions).await?;
        self.learn(wanted, known);
        Ok(())
    }

    fn learn(&mut self, wanted: &BTreeSet<(OrganizationId, &'b str)>, found: Vec<releases::ReleaseKey>) {
        for release in found {
            let is_it = |key: &&(OrganizationId, &str)| **key == (release.organization_id, release.version.as_str());
            let Some(key) = wanted.iter().find(is_it) else { continue };
            self.ids.insert(*key, release.id);
            self.learned.push(((release.organization_id, release.version), release.id));
        }
    }
}

/// New issues, first and last event of a release in a project.
type ReleaseCount = (i64, DateTime<Utc>, DateTime<Utc>);

/// First and last event.
type Times = (DateTime<Utc>, DateTime<Utc>);

/// Makes the environments of a batch that are new; returns what the cache may learn after the commit.
pub async fn save_environments(
    tx: &mut PgConnection,
    caches: &mut Caches,
    events: impl Iterator<Item = &BatchEvent>,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<(ProjectId, String)>> {
    let wanted: BTreeSet<(ProjectId, &str)> =
        events.filter_map(|event| Some((event.project_id, event.summary.environment.as_deref()?))).collect();
    let mut missing: Vec<(ProjectId, String)> =
        wanted.into_iter().map(|(project, name)| (project, name.to_owned())).collect();
    missing.retain(|key| caches.environments.get(key).is_none());
    if !missing.is_empty() {
        let project_ids: Vec<i64> = missing.iter().map(|(project, _)| project.0).collect();
        let names: Vec<&str> = missing.iter().map(|(_, name)| name.as_str()).collect();
        environments::insert_missing(&mut *tx, &project_ids, &names, now).await?;
    }
    Ok(missing)
}

fn columns<'s>(keys: &BTreeSet<(OrganizationId, &'s str)>) -> (Vec<i64>, Vec<&'s str>) {
    keys.iter().map(|(organization, version)| (organization.0, *version)).unzip()
}

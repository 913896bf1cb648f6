//! Tags of a batch: their values' ids, and how often each issue was seen with them.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::iter;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::assign::Share;
use super::batch::BatchEvent;
use super::caches::{Caches, TagText};
use super::users::BatchUsers;
use crate::store::{
    issue_tags::{self, TagCounts},
    issues::intake::{self, LockedIssue},
    project_counters::LockedProject,
    tag_values,
};
use crate::types::ids::{IssueId, ProjectId, TagValueId};
use crate::types::user_part::UserPart;

/// The tag whose values are the distinct users of an issue.
const USER: &str = "user";
/// The tag that graphs are told apart by.
const ENVIRONMENT: &str = "environment";

/// Of an issue with more keys than that, further ones are not noted: somebody makes them up.
const MAX_KEYS: usize = 500;

/// The distinct tag values of a batch and their counts.
#[derive(Debug, Default)]
pub struct BatchTags<'b> {
    values: Vec<TagValue<'b>>,
    counts: HashMap<(usize, usize), Count>,
    /// The places of each event's values, by the event's place in the batch.
    of_events: HashMap<usize, Vec<usize>>,
    /// The places of events and of the values of their users.
    users: Vec<(usize, usize)>,
}

#[derive(Debug)]
struct TagValue<'b> {
    project_id: ProjectId,
    key: &'b str,
    value: &'b str,
    id: Option<TagValueId>,
    is_new: bool,
}

/// A value of the tag `user`.
#[derive(Clone, Copy, Debug)]
pub struct UserValue {
    pub id: TagValueId,
    pub project_id: ProjectId,
    pub identity: Option<UserPart>,
    /// Nobody was called so before.
    pub is_new: bool,
}

/// How often, first and last a share has a value.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_field_names, reason = "the columns' names")]
struct Count {
    times_seen: i32,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
}

impl TagValue<'_> {
    /// As a user, if it is one and has its id.
    fn user(&self) -> Option<UserValue> {
        let id = self.id.filter(|_| self.key == USER)?;
        let identity = UserPart::split(self.value).map(|(part, _)| part);
        Some(UserValue { id, project_id: self.project_id, identity, is_new: self.is_new })
    }
}

impl<'b> BatchTags<'b> {
    /// Counts the tags of each share.
    pub fn count(events: &'b [BatchEvent], shares: &[Share]) -> Self {
        let mut tags = Self::default();
        let mut places: HashMap<(ProjectId, &str, &str), usize> = HashMap::new();
        for (share_place, share) in shares.iter().enumerate() {
            for event_place in &share.events {
                let event = &events[*event_place];
                let occurred_at = event.summary.occurred_at;
                let of_event = tags.of_events.entry(*event_place).or_default();
                for (key, value) in &event.summary.tags {
                    let value_place = *places.entry((share.project_id, key, value)).or_insert_with(|| {
                        let project_id = share.project_id;
                        tags.values.push(TagValue { project_id, key, value, id: None, is_new: false });
                        tags.values.len() - 1
                    });
                    of_event.push(value_place);
                    if key == USER {
                        tags.users.push((*event_place, value_place));
                    }
                    let count = tags.counts.entry((share_place, value_place)).or_insert(Count {
                        times_seen: 0,
                        first_seen: occurred_at,
                        last_seen: occurred_at,
                    });
                    count.times_seen += 1;
                    count.first_seen = count.first_seen.min(occurred_at);
                    count.last_seen = count.last_seen.max(occurred_at);
                }
            }
        }
        tags.users.sort_unstable();
        tags
    }

    /// Distinct users per share.
    pub fn users(&self, shares: usize) -> Vec<i64> {
        let mut users = vec![0; shares];
        for (share, _) in self.counts.keys().filter(|(_, value)| self.values[*value].key == USER) {
            users[*share] += 1;
        }
        users
    }

    /// The events that have a user, as they came, once the values have their ids.
    pub fn users_of_events(&self) -> impl Iterator<Item = (usize, UserValue)> {
        self.users.iter().filter_map(|(event, value)| Some((*event, self.values[*value].user()?)))
    }

    /// The ids of an event's values as an array in PostgreSQL's notation, in ascending order, each once.
    pub fn ids_of(&self, event: usize) -> String {
        let places = self.of_events.get(&event).map(Vec::as_slice).unwrap_or_default();
        let is_user = |place: &&usize| self.values[**place].key == USER;
        let id = |place: &usize| self.values[*place].id.map(|id| id.0);
        let user = places.iter().find(is_user).and_then(id).unwrap_or(0);
        let mut ids: Vec<i64> = places.iter().filter(|place| !is_user(place)).filter_map(id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.insert(0, user);
        let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
        format!("{{{}}}", ids.join(","))
    }

    /// Finds the ids of all values, making those that are new. Returns what the cache may learn after the commit.
    pub async fn resolve(
        &mut self,
        tx: &mut PgConnection,
        caches: &mut Caches,
        projects: &[LockedProject],
    ) -> sqlx::Result<Vec<(TagText, TagValueId)>> {
        forget_old_generations(caches, projects);
        let mut text = String::new();
        for value in &mut self.values {
            write_tag_text(value, &mut text);
            value.id = caches.tag_values.get(text.as_str());
        }
        let mut missing: Vec<usize> = (0..self.values.len()).filter(|place| self.values[*place].id.is_none()).collect();
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let learned = missing.clone();
        let (project_ids, keys, values) = self.columns(&missing);
        let known = tag_values::list(&mut *tx, &project_ids, &keys, &values).await?;
        for found in known {
            // The place counts from 1.
            let place = usize::try_from(found.place - 1).unwrap_or_default();
            self.values[missing[place]].id = Some(found.id);
        }
        missing.retain(|place| self.values[*place].id.is_none());
        if !missing.is_empty() {
            let (project_ids, keys, values) = self.columns(&missing);
            let ids = tag_values::insert(&mut *tx, &project_ids, &keys, &values).await?;
            for (place, id) in missing.iter().zip(ids) {
                self.values[*place].id = Some(id);
                self.values[*place].is_new = true;
            }
        }
        let learn = |place: usize| {
            let value = &self.values[place];
            let mut text = String::new();
            write_tag_text(value, &mut text);
            value.id.map(|id| (text, id))
        };
        Ok(learned.into_iter().filter_map(learn).collect())
    }

    /// The id of an event's environment; 0: none.
    pub fn environment_of(&self, event: usize) -> i64 {
        let places = self.of_events.get(&event).map(Vec::as_slice).unwrap_or_default();
        let value = places.iter().map(|place| &self.values[*place]).find(|value| value.key == ENVIRONMENT);
        value.and_then(|value| value.id).map_or(0, |id| id.0)
    }

    /// Writes the counters. Returns the issues that met a user for the first time, once per user.
    pub async fn save(&self, tx: &mut PgConnection, shares: &[Share]) -> sqlx::Result<Vec<IssueId>> {
        let mut rows: Vec<(i64, i64, bool, Count)> = Vec::with_capacity(self.counts.len());
        for ((share, value), count) in &self.counts {
            let value = &self.values[*value];
            let Some(id) = value.id else { continue };
            rows.push((shares[*share].id().0, id.0, value.key == USER, *count));
        }
        // One order for everybody, and neighbours on neighbouring pages.
        rows.sort_unstable_by_key(|(issue_id, tag_value_id, ..)| (*issue_id, *tag_value_id));
        let (mut of_users, mut others) = (TagCounts::default(), TagCounts::default());
        for (issue_id, tag_value_id, is_user, count) in rows {
            let columns = if is_user { &mut of_users } else { &mut others };
            columns.issue_ids.push(issue_id);
            columns.tag_value_ids.push(tag_value_id);
            columns.times_seen.push(count.times_seen);
            columns.first_seen.push(count.first_seen);
            columns.last_seen.push(count.last_seen);
        }
        if !others.issue_ids.is_empty() {
            issue_tags::add(&mut *tx, &others).await?;
        }
        if of_users.issue_ids.is_empty() {
            return Ok(Vec::new());
        }
        issue_tags::add_and_list_new(&mut *tx, &of_users).await
    }

    /// Notes the keys that issues were not seen with before, and what is known of their users for the first time.
    pub async fn save_keys(
        &self,
        tx: &mut PgConnection,
        (shares, users): (&[Share], &BatchUsers),
        locked: &HashMap<IssueId, LockedIssue>,
    ) -> sqlx::Result<()> {
        let mut new: HashSet<(i64, &str)> = HashSet::new();
        for (share, value) in self.counts.keys() {
            let (id, value) = (shares[*share].id(), &self.values[*value]);
            let known: &[String] = locked.get(&id).map_or(&[], |issue| &issue.tag_keys);
            let of_user = value.user().into_iter().flat_map(|user| users.keys(user)).map(|key| -> &str { key });
            for key in iter::once(value.key).chain(of_user) {
                if known.len() < MAX_KEYS && !known.iter().any(|known| known == key) {
                    new.insert((id.0, key));
                }
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let mut new: Vec<(i64, &str)> = new.into_iter().collect();
        new.sort_unstable();
        let (ids, keys): (Vec<i64>, Vec<&str>) = new.into_iter().unzip();
        intake::add_tag_keys(&mut *tx, &ids, &keys).await
    }

    fn columns(&self, places: &[usize]) -> (Vec<i64>, Vec<&'b str>, Vec<&'b str>) {
        let mut columns = (Vec::new(), Vec::new(), Vec::new());
        for value in places.iter().map(|place| &self.values[*place]) {
            columns.0.push(value.project_id.0);
            columns.1.push(value.key);
            columns.2.push(value.value);
        }
        columns
    }
}

/// Cleanup deleted values of these projects: what is remembered of them may be gone.
fn forget_old_generations(caches: &mut Caches, projects: &[LockedProject]) {
    for project in projects {
        let before = caches.tag_generations.insert(project.id, project.tag_generation);
        if before.is_some_and(|before| before != project.tag_generation) {
            let prefix = format!("{}\0", project.id);
            caches.tag_values.retain(|text| !text.starts_with(&prefix));
        }
    }
}

fn write_tag_text(value: &TagValue<'_>, text: &mut String) {
    text.clear();
    write!(text, "{}\0{}\0{}", value.project_id, value.key, value.value).expect("writing to a String cannot fail");
}

//! What some events add to the counters of an issue, to be taken off one and added to another.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::store::issue_moves::MovedEvent;
use crate::store::issue_splits::{self, Moved};
use crate::store::issue_tags::TagCounts;
use crate::store::{issue_hours, issue_tags, tag_values};
use crate::types::ids::IssueId;

/// How often, first and last events have a tag.
#[derive(Clone, Copy, Debug)]
struct Times {
    count: i32,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

/// The sums of events.
#[derive(Debug)]
pub struct Tally {
    events: i64,
    /// By value, in the order that everybody locks them in.
    tags: BTreeMap<i64, Times>,
    users: HashSet<i64>,
    keys: Vec<String>,
    /// By hour and environment.
    hours: BTreeMap<(DateTime<Utc>, i64), i32>,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
}

impl Tally {
    /// Sums events; `None`: there are none.
    pub async fn of(tx: &mut PgConnection, events: &[MovedEvent]) -> sqlx::Result<Option<Self>> {
        let times = || events.iter().map(|event| event.occurred_at);
        let (Some(first_seen), Some(last_seen)) = (times().min(), times().max()) else { return Ok(None) };
        let tags = count_tags(events);
        let ids: Vec<i64> = tags.keys().copied().collect();
        let keys: HashMap<i64, String> = tag_values::list_keys(&mut *tx, &ids).await?.into_iter().collect();
        let with_key = |key: &str| keys.iter().filter(|(_, own)| *own == key).map(|(id, _)| *id).collect();
        let (users, environments): (HashSet<i64>, HashSet<i64>) = (with_key("user"), with_key("environment"));
        let mut hours = BTreeMap::new();
        for event in events {
            let environment = event.tag_value_ids.iter().find(|id| environments.contains(id));
            *hours.entry((hour(event.occurred_at), environment.copied().unwrap_or(0))).or_default() += 1;
        }
        let mut keys: Vec<String> = keys.into_values().collect();
        keys.sort_unstable();
        keys.dedup();
        let events = i64::try_from(events.len()).unwrap_or(i64::MAX);
        Ok(Some(Self { events, tags, users, keys, hours, first_seen, last_seen }))
    }

    /// Takes the sums off the first issue and adds them to the second. The caller holds both.
    pub async fn shift(&self, tx: &mut PgConnection, (from, to): (IssueId, IssueId)) -> sqlx::Result<()> {
        let ids: Vec<i64> = self.tags.keys().copied().collect();
        let times: Vec<i32> = self.tags.values().map(|tag| tag.count).collect();
        let gone = issue_tags::take(&mut *tx, from, &ids, &times).await?;
        let users_gone = gone.iter().filter(|id| self.users.contains(id)).count();
        issue_tags::add(&mut *tx, &self.columns(to, false)).await?;
        let users_new = issue_tags::add_and_list_new(&mut *tx, &self.columns(to, true)).await?.len();

        let (hours, environments): (Vec<DateTime<Utc>>, Vec<i64>) = self.hours.keys().copied().unzip();
        let events: Vec<i32> = self.hours.values().copied().collect();
        issue_hours::take(&mut *tx, from, &hours, &environments, &events).await?;
        issue_hours::add(&mut *tx, &vec![to.0; hours.len()], &hours, &environments, &events).await?;

        issue_splits::take(&mut *tx, from, self.moved(users_gone)).await?;
        issue_splits::add(&mut *tx, to, self.moved(users_new), &self.keys).await
    }

    fn columns(&self, issue_id: IssueId, of_users: bool) -> TagCounts {
        let mut counts = TagCounts::default();
        for (id, tag) in self.tags.iter().filter(|(id, _)| self.users.contains(id) == of_users) {
            counts.issue_ids.push(issue_id.0);
            counts.tag_value_ids.push(*id);
            counts.times_seen.push(tag.count);
            counts.first_seen.push(tag.first);
            counts.last_seen.push(tag.last);
        }
        counts
    }

    fn moved(&self, users: usize) -> Moved {
        let users = i64::try_from(users).unwrap_or(i64::MAX);
        Moved { events: self.events, users, first_seen: self.first_seen, last_seen: self.last_seen }
    }
}

fn count_tags(events: &[MovedEvent]) -> BTreeMap<i64, Times> {
    let mut tags: BTreeMap<i64, Times> = BTreeMap::new();
    for event in events {
        let at = event.occurred_at;
        for id in event.tag_value_ids.iter().filter(|id| **id > 0) {
            let tag = tags.entry(*id).or_insert(Times { count: 0, first: at, last: at });
            tag.count += 1;
            tag.first = tag.first.min(at);
            tag.last = tag.last.max(at);
        }
    }
    tags
}

fn hour(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at)
}

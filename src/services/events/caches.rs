//! What a worker remembers between batches: ids of committed rows that nearly every event refers to.
//!
//! Only committed ids enter; a failed batch empties everything, so that a row deleted behind the worker's back costs
//! one retry and nothing more.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::mem;

use chrono::{DateTime, Utc};

use super::bodies::Kind;
use super::users::Known;
use crate::store::{body_references::ReferenceKey, event_partitions::Week};
use crate::types::ids::{OrganizationId, ProjectId, ProjectKeyId, ReleaseId, TagValueId};

/// Entries per generation; a tag value takes about a hundred bytes.
const TAG_VALUES: usize = 40_000;
const NAMES: usize = 2_000;
const USERS: usize = 20_000;

/// Bytes of references per generation.
const REFERENCES: usize = 8 << 20;

/// Everything remembered.
#[derive(Debug)]
pub struct Caches {
    /// By project: its generation when it was asked, and ids by `key NUL value`.
    pub tag_values: Recent<TagText, TagValueId>,
    pub tag_generations: HashMap<ProjectId, i64>,
    /// What is known of users, by the values of their tag.
    pub users: Recent<TagValueId, Known>,
    pub releases: Recent<(OrganizationId, String), ReleaseId>,
    /// The last event noted of a release in a project.
    pub release_projects: Recent<(ReleaseId, ProjectId), DateTime<Utc>>,
    pub environments: Recent<(ProjectId, String), ()>,
    /// The last event noted of a release in an environment.
    pub places: Recent<Place, DateTime<Utc>>,
    pub keys_used: HashMap<ProjectKeyId, DateTime<Utc>>,
    pub weeks: HashSet<Week>,
    /// What bodies can refer to, by what they have in common.
    pub kinds: Recent<ReferenceKey, Kind>,
}

/// `project NUL key NUL value` in one text, so that looking up needs no allocation.
pub type TagText = String;

/// Where a release runs.
pub type Place = (ReleaseId, ProjectId, String);

impl Default for Caches {
    fn default() -> Self {
        Self {
            tag_values: Recent::new(TAG_VALUES),
            tag_generations: HashMap::new(),
            users: Recent::new(USERS),
            releases: Recent::new(NAMES),
            release_projects: Recent::new(NAMES),
            environments: Recent::new(NAMES),
            places: Recent::new(NAMES),
            keys_used: HashMap::new(),
            weeks: HashSet::new(),
            kinds: Recent::weighed(REFERENCES, Kind::weight),
        }
    }
}

/// A map bounded to what was used lately: two generations, the older of which is dropped when the newer is full.
#[derive(Debug)]
pub struct Recent<K, V> {
    new: HashMap<K, V>,
    old: HashMap<K, V>,
    /// Weight of the newer generation.
    weight: usize,
    limit: usize,
    weigh: fn(&V) -> usize,
}

impl<K: Hash + Eq, V: Clone> Recent<K, V> {
    /// `limit`: entries of a generation.
    fn new(limit: usize) -> Self {
        Self::weighed(limit, |_| 1)
    }

    fn weighed(limit: usize, weigh: fn(&V) -> usize) -> Self {
        Self { new: HashMap::new(), old: HashMap::new(), weight: 0, limit, weigh }
    }

    /// Finds an entry and keeps it for another generation.
    pub fn get<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(value) = self.new.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.insert(key, value.clone());
        Some(value)
    }

    pub fn insert(&mut self, key: K, value: V) {
        if self.weight >= self.limit {
            self.old = mem::take(&mut self.new);
            self.weight = 0;
        }
        self.weight += (self.weigh)(&value);
        if let Some(before) = self.new.insert(key, value) {
            self.weight -= (self.weigh)(&before);
        }
    }

    pub fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        self.new.retain(|key, _| keep(key));
        self.weight = self.new.values().map(self.weigh).sum();
        self.old.retain(|key, _| keep(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_rest_is_bounded() {
        let mut recent = Recent::new(10);
        for number in 0..1000 {
            recent.insert(number, ());
            recent.get(&0);
        }
        assert_eq!(recent.get(&0), Some(()));
        assert_eq!(recent.get(&5), None);
        assert!(recent.new.len() + recent.old.len() <= 20);
    }
}

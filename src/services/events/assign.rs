//! Which issue each event of a batch belongs to (grouping.md 8.2, 11.1).
//!
//! Hashes are looked up in the order of the event's list; the first that leads to an issue decides, a tombstone met
//! before throws the event away. Only the primary hash may create an issue; the others are attached at creation, if
//! they are free, so that a shared secondary hash never bridges two issues later.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::batch::BatchEvent;
use crate::types::{
    hash::EventHash,
    ids::{IssueId, ProjectId, TombstoneId},
};

/// Where a known hash leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Issue(IssueId),
    Tombstone(TombstoneId),
}

/// What the database knows about the hashes of a batch; free hashes are absent.
pub type KnownHashes = HashMap<(ProjectId, EventHash), Owner>;

/// The events of a batch that belong to one issue.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    pub project_id: ProjectId,
    /// `None` until the issue is created.
    pub issue_id: Option<IssueId>,
    pub is_new: bool,
    /// Hashes to attach to a new issue.
    pub hashes: Vec<EventHash>,
    /// Places in the batch, in the order of arrival.
    pub events: Vec<usize>,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
}

/// The issues of a batch, and the events that are thrown away.
#[derive(Debug, Default, PartialEq)]
pub struct Assignment {
    pub shares: Vec<Share>,
    pub discarded: Vec<(usize, TombstoneId)>,
}

/// Assigns the events at these places.
pub fn assign(events: &[BatchEvent], places: &[usize], known: &KnownHashes) -> Assignment {
    let mut assignment = Assignment::default();
    // Shares by the issue or by the new hash that leads to them.
    let mut by_issue: HashMap<IssueId, usize> = HashMap::new();
    let mut by_hash: HashMap<(ProjectId, EventHash), usize> = HashMap::new();
    for &place in places {
        let event = &events[place];
        let mut target = None;
        for hash in &event.hashes {
            let key = (event.project_id, *hash);
            target = match (known.get(&key), by_hash.get(&key)) {
                (Some(Owner::Issue(id)), _) => Some(Target::Known(*id)),
                (Some(Owner::Tombstone(id)), _) => Some(Target::Discard(*id)),
                (None, Some(share)) => Some(Target::New(*share)),
                (None, None) => continue,
            };
            break;
        }
        let share = match target {
            Some(Target::Discard(id)) => {
                assignment.discarded.push((place, id));
                continue;
            }
            Some(Target::New(share)) => share,
            Some(Target::Known(id)) => *by_issue.entry(id).or_insert_with(|| {
                assignment.shares.push(Share::of(event, Some(id)));
                assignment.shares.len() - 1
            }),
            None => {
                assignment.shares.push(Share::of(event, None));
                let share = assignment.shares.len() - 1;
                by_hash.extend(event.hashes.iter().map(|hash| ((event.project_id, *hash), share)));
                share
            }
        };
        assignment.shares[share].add(place, event);
    }
    assignment
}

enum Target {
    Known(IssueId),
    New(usize),
    Discard(TombstoneId),
}

impl Share {
    fn of(event: &BatchEvent, issue_id: Option<IssueId>) -> Self {
        let is_new = issue_id.is_none();
        let mut hashes = if is_new { event.hashes.clone() } else { Vec::new() };
        hashes.sort_unstable();
        hashes.dedup();
        let occurred_at = event.summary.occurred_at;
        Self {
            project_id: event.project_id,
            issue_id,
            is_new,
            hashes,
            events: Vec::new(),
            first_seen: occurred_at,
            last_seen: occurred_at,
        }
    }

    fn add(&mut self, place: usize, event: &BatchEvent) {
        self.events.push(place);
        self.first_seen = self.first_seen.min(event.summary.occurred_at);
        self.last_seen = self.last_seen.max(event.summary.occurred_at);
    }

    /// The issue's id, after issues were created.
    pub fn id(&self) -> IssueId {
        self.issue_id.expect("every share has its issue once issues were created")
    }

    /// Place of the event that arrived last: its values become the issue's.
    pub fn newest(&self) -> usize {
        *self.events.last().expect("a share has at least the event that made it")
    }

    /// How many events, as counters want it.
    pub fn count(&self) -> i64 {
        i64::try_from(self.events.len()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::events::fakes::event;

    /// `hashes` per event; the answer says for each share its issue and events, and which events were discarded.
    fn assigned(hashes: &[&[u128]], known: &[(u128, Owner)]) -> String {
        let events: Vec<_> = hashes.iter().map(|hashes| event(1, hashes)).collect();
        let places: Vec<usize> = (0..events.len()).collect();
        let hash = |number| EventHash(uuid::Uuid::from_u128(number));
        let known = known.iter().map(|(number, owner)| ((ProjectId(1), hash(*number)), *owner)).collect();
        let assignment = assign(&events, &places, &known);
        let share = |share: &Share| {
            let id = share.issue_id.map_or_else(|| format!("new({})", share.hashes.len()), |id| id.to_string());
            format!("{id}={:?}", share.events)
        };
        let shares: Vec<String> = assignment.shares.iter().map(share).collect();
        let discarded: Vec<usize> = assignment.discarded.iter().map(|(place, _)| *place).collect();
        format!("{} discarded={discarded:?}", shares.join(" "))
    }

    #[test]
    fn events_find_their_issues() {
        let issue = |id| Owner::Issue(IssueId(id));
        let tombstone = || Owner::Tombstone(TombstoneId(3));
        for (hashes, known, expected) in [
            (&[&[1_u128][..], &[1], &[2]][..], &[][..], "new(1)=[0, 1] new(1)=[2] discarded=[]"),
            (&[&[1, 9], &[2, 9], &[1]], &[], "new(2)=[0, 1, 2] discarded=[]"),
            (&[&[1, 9], &[9]], &[(9, issue(5))], "5=[0, 1] discarded=[]"),
            (&[&[1, 9]], &[(1, issue(4)), (9, issue(5))], "4=[0] discarded=[]"),
            (&[&[1, 9]], &[(1, tombstone()), (9, issue(5))], " discarded=[0]"),
            (&[&[1, 9]], &[(1, issue(4)), (9, tombstone())], "4=[0] discarded=[]"),
            (&[&[1, 1]], &[], "new(1)=[0] discarded=[]"),
        ] {
            assert_eq!(assigned(hashes, known), expected, "{hashes:?} {known:?}");
        }
    }

    #[test]
    fn projects_do_not_share_issues() {
        let events = [event(1, &[7]), event(2, &[7])];
        let assignment = assign(&events, &[0, 1], &KnownHashes::new());
        assert_eq!(assignment.shares.len(), 2);
    }
}

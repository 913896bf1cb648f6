//! Where stored events would go under other rules.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use super::sample::{self, Sample};
use crate::app::App;
use crate::pipeline::group::rules::{Regrouped, Rules, regroup};
use crate::store::events;
use crate::store::issue_hashes;
use crate::store::projects::Project;
use crate::types::hash::EventHash;
use crate::types::ids::{IssueId, ProjectId};

/// Where an event would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Issue(IssueId),
    /// A new issue; events with the same number share it.
    New(usize),
    /// Its hash is discarded.
    Discarded,
}

/// What would become of recent events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Events that were looked at, and the issues they are in.
    pub events: usize,
    pub issues: usize,
    /// Not all could be looked at in time.
    pub is_cut: bool,
    /// Issues that the events would make or join.
    pub groups: usize,
    /// New ones of these.
    pub new_groups: usize,
    /// Events of each rule, in the order of the rules.
    pub hits: Vec<usize>,
    /// Issues whose events would go elsewhere, the most events first.
    pub changes: Vec<IssueChange>,
}

/// What would become of the events of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueChange {
    pub issue_id: IssueId,
    pub events: usize,
    /// Events that would go elsewhere.
    pub moved: usize,
    /// Issues they would be in.
    pub groups: usize,
    /// Other issues whose events would come together with them.
    pub joined_with: Vec<IssueId>,
}

/// Tries rules on recent events.
pub async fn preview(app: &App, project: &Project, rules: Rules, sample: Sample) -> anyhow::Result<Preview> {
    preview_with(app, project, rules, (sample, None)).await
}

/// As [`preview`]; a hash may be taken on by an issue.
pub(super) async fn preview_with(
    app: &App,
    project: &Project,
    rules: Rules,
    (sample, adopted): (Sample, Option<(EventHash, IssueId)>),
) -> anyhow::Result<Preview> {
    let count = rules.iter().len();
    let (settings, rules) = (Arc::new(project.settings.0.clone()), Arc::new(rules));
    let looked = sample::look(app, (project.id, sample), move |issue_id, event| {
        let Regrouped { rule, hashes, .. } = regroup(event, &settings, &rules);
        (issue_id, rule, hashes)
    })
    .await?;
    let mut hits = vec![0; count];
    for (_, rule, _) in &looked.found {
        if let Some(rule) = rule {
            hits[*rule] += 1;
        }
    }
    let events: Vec<(IssueId, Vec<EventHash>)> =
        looked.found.into_iter().map(|(issue_id, _, hashes)| (issue_id, hashes)).collect();
    let mut known = known_hashes(app, project.id, events.iter().flat_map(|(_, hashes)| hashes)).await?;
    known.extend(adopted.map(|(hash, issue_id)| (hash, Target::Issue(issue_id))));
    Ok(Preview { hits, is_cut: looked.is_cut, ..sum_up(&events, &known) })
}

/// What rules do with one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    pub issue_id: IssueId,
    pub regrouped: Regrouped,
    pub target: Target,
}

/// Tries rules on an event; `None`: it is not stored.
pub async fn test(app: &App, project: &Project, rules: &Rules, event_id: Uuid) -> sqlx::Result<Option<Tested>> {
    let Some(event) = events::find(&app.db, project.id, event_id).await? else { return Ok(None) };
    let regrouped = sample::look_at(&event, &|_, object| regroup(object, &project.settings.0, rules));
    let Some(regrouped) = regrouped else { return Ok(None) };
    let known = known_hashes(app, project.id, regrouped.hashes.iter()).await?;
    let target = Targets::default().of(&regrouped.hashes, &known);
    Ok(Some(Tested { issue_id: event.issue_id, regrouped, target }))
}

pub(super) type Known = HashMap<EventHash, Target>;

pub(super) async fn known_hashes(
    app: &App,
    project_id: ProjectId,
    hashes: impl Iterator<Item = &EventHash>,
) -> sqlx::Result<Known> {
    let wanted: BTreeSet<Uuid> = hashes.map(|hash| hash.0).collect();
    let wanted: Vec<Uuid> = wanted.into_iter().collect();
    let rows = issue_hashes::list(&app.db, &vec![project_id.0; wanted.len()], &wanted).await?;
    let target = |row: issue_hashes::IssueHash| match row.issue_id {
        _ if row.tombstone_id.is_some() => Some((row.hash, Target::Discarded)),
        issue_id => issue_id.map(|id| (row.hash, Target::Issue(id))),
    };
    Ok(rows.into_iter().filter_map(target).collect())
}

/// New issues on the way, with the hashes that lead to them: as `services::events::assign` does it.
#[derive(Debug, Default)]
struct Targets {
    new: HashMap<EventHash, usize>,
    count: usize,
}

impl Targets {
    fn of(&mut self, hashes: &[EventHash], known: &Known) -> Target {
        let leads = |hash| known.get(hash).copied().or_else(|| self.new.get(hash).copied().map(Target::New));
        if let Some(target) = hashes.iter().find_map(leads) {
            return target;
        }
        let number = self.count;
        self.count += 1;
        self.new.extend(hashes.iter().map(|hash| (*hash, number)));
        Target::New(number)
    }
}

fn sum_up(events: &[(IssueId, Vec<EventHash>)], known: &Known) -> Preview {
    let mut targets = Targets::default();
    // How many events of an issue go where, and from which issues events come to a target.
    let mut leaving: BTreeMap<IssueId, BTreeMap<Target, usize>> = BTreeMap::new();
    let mut coming: BTreeMap<Target, BTreeSet<IssueId>> = BTreeMap::new();
    for (issue_id, hashes) in events {
        let target = targets.of(hashes, known);
        *leaving.entry(*issue_id).or_default().entry(target).or_default() += 1;
        coming.entry(target).or_default().insert(*issue_id);
        if let Target::Issue(id) = target {
            coming.entry(target).or_default().insert(id);
        }
    }
    let change = |(issue_id, to): (&IssueId, &BTreeMap<Target, usize>)| {
        let events: usize = to.values().sum();
        let moved = events - to.get(&Target::Issue(*issue_id)).copied().unwrap_or(0);
        let sources = to.keys().filter(|target| **target != Target::Discarded).flat_map(|target| &coming[target]);
        let joined_with: BTreeSet<IssueId> = sources.copied().filter(|id| id != issue_id).collect();
        IssueChange {
            issue_id: *issue_id,
            events,
            moved,
            groups: to.len(),
            joined_with: joined_with.into_iter().collect(),
        }
    };
    let mut changes: Vec<IssueChange> = leaving.iter().map(change).filter(|change| change.moved > 0).collect();
    changes.sort_by_key(|change| std::cmp::Reverse(change.moved));
    Preview {
        events: events.len(),
        issues: leaving.len(),
        groups: coming.keys().filter(|target| **target != Target::Discarded).count(),
        new_groups: targets.count,
        changes,
        ..Preview::default()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{IssueChange, Known, Target, sum_up};
    use crate::types::hash::EventHash;
    use crate::types::ids::IssueId;

    fn hash(n: u128) -> EventHash {
        EventHash(Uuid::from_u128(n))
    }

    #[test]
    fn splits_and_joins_are_counted() {
        let known: Known = [(hash(1), Target::Issue(IssueId(1))), (hash(9), Target::Discarded)].into();
        let events = [
            // Stays; splits into two; the second of them comes together with all of issue 2.
            (IssueId(1), vec![hash(1)]),
            (IssueId(1), vec![hash(5), hash(1)]),
            (IssueId(1), vec![hash(6)]),
            (IssueId(1), vec![hash(7)]),
            (IssueId(2), vec![hash(7)]),
            (IssueId(3), vec![hash(9)]),
        ];
        let preview = sum_up(&events, &known);
        assert_eq!((preview.events, preview.issues, preview.groups, preview.new_groups), (6, 3, 3, 2));
        let change = |issue, events, moved, groups, joined: &[i64]| IssueChange {
            issue_id: IssueId(issue),
            events,
            moved,
            groups,
            joined_with: joined.iter().copied().map(IssueId).collect(),
        };
        assert_eq!(preview.changes, [change(1, 4, 2, 3, &[2]), change(2, 1, 1, 1, &[1]), change(3, 1, 1, 1, &[])]);
    }
}

//! One change to any number of issues, in one transaction, with its entries in their histories.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::apply::{self, By};
use super::undo::{self, Trace};
use super::{Basis, Error};
use crate::app::App;
use crate::store::activities;
use crate::store::issues::state::{self, IssueState};
use crate::types::ids::{CommitId, IssueId, ReleaseId, TeamId, UserId};
use crate::types::lifecycle::Snooze;

/// What is to become of issues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    Resolve(Resolve),
    Unresolve,
    /// Until the snooze ends; one without conditions never does. Its counters are filled in.
    Ignore(Snooze),
    AssignUser(UserId),
    AssignTeam(TeamId),
    Unassign,
    Bookmark,
    Unbookmark,
    Subscribe,
    /// Told nothing more of it, whatever happens.
    Unsubscribe,
    MarkSeen,
    MarkUnseen,
}

/// In what issues are resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resolve {
    Now,
    /// In the newest release of each issue's project.
    InCurrentRelease,
    /// In whatever follows the newest release.
    InNextRelease,
    InRelease(ReleaseId, String),
    /// In the release that has the commit, once there is one.
    InCommit(CommitId, String),
}

/// What a change did.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// The issues that are different now.
    pub changed: Vec<IssueId>,
    /// How many were as wanted already.
    pub unchanged: usize,
    /// How many somebody else had decided about meanwhile; they are as that person left them.
    pub left: usize,
    /// Takes the change back; absent where it can't be.
    pub undo: Option<String>,
}

/// Changes issues; those that are deleted meanwhile are left out.
pub async fn change(app: &App, user_id: UserId, issue_ids: &[IssueId], change: &Change) -> Result<Applied, Error> {
    change_seen(app, user_id, issue_ids, change, None).await
}

/// What a person knew of issues when they decided.
#[derive(Clone, Copy, Debug)]
pub enum Seen {
    /// The one issue, and how it was. Is it different now, nothing is changed, and [`Error::Stale`] tells how it is.
    As(Basis),
    /// A list, at this time. What others decided about since is left to them.
    At(DateTime<Utc>),
}

/// Changes issues, but never passes over what somebody else decided after the person saw them.
pub async fn change_seen(
    app: &App,
    user_id: UserId,
    issue_ids: &[IssueId],
    change: &Change,
    seen: Option<Seen>,
) -> Result<Applied, Error> {
    let wanted: Vec<i64> = issue_ids.iter().map(|id| id.0).collect();
    let mut tx = app.db.begin().await?;
    let mut before = state::lock(&mut *tx, &wanted, user_id).await?;
    let there = before.len();
    match seen.filter(|_| change.overwrites_others()) {
        Some(Seen::As(basis)) => {
            let now = before.iter().map(Basis::of).find(|now| *now != basis);
            now.map_or(Ok(()), |now| Err(Error::Stale(now)))?;
        }
        Some(Seen::At(at)) => {
            let kinds = undo::Kind::of(change).entries();
            let decided = activities::list_decided(&mut *tx, &wanted, (user_id, at), kinds).await?;
            before.retain(|state| !decided.contains(&state.id));
        }
        None => {}
    }
    let left = there - before.len();
    let slice = change_locked(&mut tx, change, before, By { user_id, now: app.clock.now() }).await?;
    tx.commit().await?;
    let changed: Vec<IssueId> = slice.traces.iter().map(|trace| trace.before.id).collect();
    let undo = undo::remember(app, user_id, change, slice.traces).await;
    Ok(Applied { changed, unchanged: slice.unchanged.len(), left, undo })
}

/// What became of some issues.
#[derive(Debug, Default)]
pub(super) struct Slice {
    pub traces: Vec<Trace>,
    pub unchanged: Vec<IssueId>,
}

/// Changes issues that the transaction holds.
pub(super) async fn change_locked(
    tx: &mut PgConnection,
    change: &Change,
    before: Vec<IssueState>,
    by: By,
) -> Result<Slice, Error> {
    let (changing, same): (Vec<_>, Vec<_>) = before.into_iter().partition(|state| change.alters(state));
    let unchanged = same.iter().map(|state| state.id).collect();
    if changing.is_empty() {
        return Ok(Slice { traces: Vec::new(), unchanged });
    }
    let entries = apply::apply(tx, change, &changing, by).await?;
    let followers = apply::follow(tx, change, &changing, by).await?;
    let trace = |before: IssueState| Trace {
        activity_id: entries.iter().find(|(id, _)| *id == before.id).map(|(_, entry)| *entry),
        follower: followers.iter().find(|(id, _)| *id == before.id).map(|(_, user_id)| *user_id),
        before,
    };
    Ok(Slice { traces: changing.into_iter().map(trace).collect(), unchanged })
}

impl Change {
    /// Whether an issue is not yet as wanted. New conditions always count.
    fn alters(&self, state: &IssueState) -> bool {
        match self {
            Self::Resolve(Resolve::Now) => state.status != "resolved" || state.resolution.is_some(),
            Self::Resolve(_) => true,
            Self::Unresolve => state.status != "unresolved",
            Self::Ignore(snooze) => state.status != "ignored" || state.snooze.is_some() || *snooze != Snooze::default(),
            Self::AssignUser(user) => state.assignee_user_id != Some(*user) || state.assignee_team_id.is_some(),
            Self::AssignTeam(team) => state.assignee_team_id != Some(*team) || state.assignee_user_id.is_some(),
            Self::Unassign => state.assignee_user_id.is_some() || state.assignee_team_id.is_some(),
            Self::Bookmark => state.bookmarked_at.is_none(),
            Self::Unbookmark => state.bookmarked_at.is_some(),
            Self::Subscribe => state.is_subscribed() != Some(true),
            Self::Unsubscribe => state.is_subscribed() != Some(false),
            Self::MarkSeen => state.seen_at.is_none(),
            Self::MarkUnseen => state.seen_at.is_some(),
        }
    }

    /// Whether others see what it does, so that it may not pass over what they did meanwhile.
    fn overwrites_others(&self) -> bool {
        matches!(
            self,
            Self::Resolve(_)
                | Self::Unresolve
                | Self::Ignore(_)
                | Self::AssignUser(_)
                | Self::AssignTeam(_)
                | Self::Unassign
        )
    }
}

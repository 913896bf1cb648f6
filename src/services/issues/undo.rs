//! Taking a change back: everything is put as it was, unless somebody changed it again meanwhile.

use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::change::Change;
use super::{Error, ids};
use crate::app::App;
use crate::store::issues::state::{self, IssueState};
use crate::store::{activities, issue_bookmarks, issue_subscriptions, issue_views};
use crate::types::hex;
use crate::types::ids::{ActivityId, IssueId, UserId};

/// What is kept of a change to one issue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trace {
    pub before: IssueState,
    /// The entry in its history.
    pub activity_id: Option<ActivityId>,
    /// Whom the change made follow it.
    pub follower: Option<UserId>,
}

/// What is kept of a change, in Redis, for ten minutes.
#[derive(Serialize, Deserialize)]
struct Record {
    user_id: UserId,
    kind: Kind,
    traces: Vec<Trace>,
}

/// Which part of an issue was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Status,
    Assignee,
    Bookmark,
    Subscription,
    Seen,
}

/// What was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    pub restored: usize,
    /// Issues that somebody changed again, or that are gone.
    pub kept: usize,
}

/// Keeps how the issues were; returns the token. Without Redis a change cannot be taken back, but stands.
pub(super) async fn remember(app: &App, user_id: UserId, change: &Change, traces: Vec<Trace>) -> Option<String> {
    if traces.is_empty() {
        return None;
    }
    let record = serde_json::to_string(&Record { user_id, kind: Kind::of(change), traces }).ok()?;
    let token = hex::encode(&rand::random::<[u8; 16]>());
    app.redis.put_undo(&token, &record).await.ok()?;
    Some(token)
}

/// Takes a change of this user back. `None`: the token is unknown, used, older than ten minutes, or of somebody else.
pub async fn undo(app: &App, user_id: UserId, token: &str) -> Result<Option<Undone>, Error> {
    let Some(text) = app.redis.take_undo(token).await? else { return Ok(None) };
    let Some(record) = serde_json::from_str::<Record>(&text).ok().filter(|record| record.user_id == user_id) else {
        return Ok(None);
    };
    let mut tx = app.db.begin().await?;
    let restored = put_back(&mut tx, record.kind, &record.traces, user_id).await?;
    tx.commit().await?;
    Ok(Some(Undone { restored: restored.len(), kept: record.traces.len() - restored.len() }))
}

/// Puts issues back as they were, except those that are gone or were changed again; returns the others.
pub(super) async fn put_back(
    tx: &mut PgConnection,
    kind: Kind,
    traces: &[Trace],
    user_id: UserId,
) -> sqlx::Result<Vec<IssueId>> {
    let before: Vec<IssueState> = traces.iter().map(|trace| trace.before.clone()).collect();
    let there = state::lock(&mut *tx, &ids(&before), user_id).await?;
    let entries: Vec<i64> = traces.iter().map(|trace| trace.activity_id.map_or(i64::MAX, |id| id.0)).collect();
    let changed = activities::list_changed_since(&mut *tx, &ids(&before), &entries, kind.entries()).await?;
    let stands = |id: IssueId| there.iter().any(|state| state.id == id) && !changed.contains(&id);
    let standing: Vec<&Trace> = traces.iter().filter(|trace| stands(trace.before.id)).collect();
    let states: Vec<IssueState> = standing.iter().map(|trace| trace.before.clone()).collect();
    restore(tx, kind, &states, user_id).await?;
    let entries: Vec<i64> = standing.iter().filter_map(|trace| Some(trace.activity_id?.0)).collect();
    activities::delete(&mut *tx, &entries).await?;
    let followers = standing.iter().filter_map(|trace| Some((trace.before.id.0, trace.follower?.0)));
    let (issue_ids, user_ids): (Vec<i64>, Vec<i64>) = followers.unzip();
    issue_subscriptions::delete(&mut *tx, &issue_ids, &user_ids).await?;
    Ok(states.into_iter().map(|state| state.id).collect())
}

impl Kind {
    pub fn of(change: &Change) -> Self {
        match change {
            Change::Resolve(_) | Change::Unresolve | Change::Ignore(_) => Self::Status,
            Change::AssignUser(_) | Change::AssignTeam(_) | Change::Unassign => Self::Assignee,
            Change::Bookmark | Change::Unbookmark => Self::Bookmark,
            Change::Subscribe | Change::Unsubscribe => Self::Subscription,
            Change::MarkSeen | Change::MarkUnseen => Self::Seen,
        }
    }

    /// The entries in histories that tell of another such change. What only its person sees has none.
    pub(super) fn entries(self) -> &'static [&'static str] {
        match self {
            Self::Status => &[
                "set_resolved",
                "set_resolved_in_release",
                "set_resolved_in_commit",
                "set_resolved_by_age",
                "set_unresolved",
                "set_ignored",
                "set_regression",
            ],
            Self::Assignee => &["assigned", "unassigned"],
            Self::Bookmark | Self::Subscription | Self::Seen => &[],
        }
    }
}

async fn restore(tx: &mut PgConnection, kind: Kind, states: &[IssueState], user_id: UserId) -> sqlx::Result<()> {
    match kind {
        Kind::Status => {
            state::clear_conditions(&mut *tx, &ids(states)).await?;
            for state in states {
                state::restore_status(&mut *tx, state).await?;
                state::restore_conditions(&mut *tx, state).await?;
            }
        }
        Kind::Assignee => {
            for before in states {
                state::restore_assignee(&mut *tx, before).await?;
            }
        }
        Kind::Bookmark => {
            issue_bookmarks::delete(&mut *tx, &ids(states), user_id).await?;
            for (state, at) in states.iter().filter_map(|state| Some((state, state.bookmarked_at?))) {
                issue_bookmarks::insert(&mut *tx, &[state.id.0], user_id, at).await?;
            }
        }
        Kind::Subscription => {
            issue_subscriptions::delete(&mut *tx, &ids(states), &vec![user_id.0; states.len()]).await?;
            for state in states {
                state::restore_subscription(&mut *tx, state).await?;
            }
        }
        Kind::Seen => {
            issue_views::delete(&mut *tx, &ids(states), user_id).await?;
            for (state, at) in states.iter().filter_map(|state| Some((state, state.seen_at?))) {
                issue_views::upsert(&mut *tx, &[state.id.0], user_id, at).await?;
            }
        }
    }
    Ok(())
}

//! Taking a change back: everything is put as it was, unless somebody changed it again meanwhile.

use serde::{Deserialize, Serialize};

use super::change::Change;
use super::{Error, ids};
use crate::app::App;
use crate::store::issues::state::{self, IssueState};
use crate::store::{activities, issue_bookmarks, issue_views};
use crate::types::hex;
use crate::types::ids::UserId;

/// What is kept of a change, in Redis, for ten minutes.
#[derive(Serialize, Deserialize)]
struct Record {
    user_id: UserId,
    kind: Kind,
    before: Vec<IssueState>,
    activity_ids: Vec<i64>,
}

/// Which part of an issue was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    Resolved,
    Unresolved,
    Ignored,
    Assignee,
    Bookmark,
    Seen,
}

/// What was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    pub restored: usize,
    /// Issues that somebody changed again, or that are gone.
    pub kept: usize,
}

/// Keeps how the issues were; returns the token. Without Redis a change cannot be taken back, but stands.
pub(super) async fn remember(
    app: &App,
    user_id: UserId,
    change: &Change,
    before: Vec<IssueState>,
    activity_ids: Vec<i64>,
) -> Option<String> {
    let kind = match change {
        Change::Resolve(_) => Kind::Resolved,
        Change::Unresolve => Kind::Unresolved,
        Change::Ignore(_) => Kind::Ignored,
        Change::AssignUser(_) | Change::AssignTeam(_) | Change::Unassign => Kind::Assignee,
        Change::Bookmark | Change::Unbookmark => Kind::Bookmark,
        Change::MarkSeen | Change::MarkUnseen => Kind::Seen,
        Change::Delete => return None,
    };
    let record = serde_json::to_string(&Record { user_id, kind, before, activity_ids }).ok()?;
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
    let current = state::lock(&mut *tx, &ids(&record.before), user_id).await?;
    let untouched = |before: &&IssueState| {
        let now = current.iter().find(|state| state.id == before.id);
        now.is_some_and(|now| record.kind.still_stands(now))
    };
    let restored: Vec<IssueState> = record.before.iter().filter(untouched).cloned().collect();
    put_back(&mut tx, record.kind, &restored, user_id).await?;
    if restored.len() == record.before.len() {
        activities::delete(&mut *tx, &record.activity_ids).await?;
    }
    tx.commit().await?;
    Ok(Some(Undone { restored: restored.len(), kept: record.before.len() - restored.len() }))
}

impl Kind {
    /// Whether an issue is still as the change left it.
    fn still_stands(self, now: &IssueState) -> bool {
        match self {
            Self::Resolved => now.status == "resolved",
            Self::Unresolved => now.status == "unresolved",
            Self::Ignored => now.status == "ignored",
            Self::Assignee | Self::Bookmark | Self::Seen => true,
        }
    }
}

async fn put_back(tx: &mut sqlx::PgConnection, kind: Kind, states: &[IssueState], user_id: UserId) -> sqlx::Result<()> {
    match kind {
        Kind::Resolved | Kind::Unresolved | Kind::Ignored => {
            state::clear_conditions(&mut *tx, &ids(states)).await?;
            for state in states {
                state::restore(&mut *tx, state).await?;
                state::restore_conditions(&mut *tx, state).await?;
            }
        }
        Kind::Assignee => {
            for before in states {
                state::assign(&mut *tx, &[before.id.0], before.assignee_user_id, before.assignee_team_id).await?;
            }
        }
        Kind::Bookmark => {
            let (marked, unmarked): (Vec<_>, Vec<_>) = states.iter().cloned().partition(|state| state.is_bookmarked);
            issue_bookmarks::delete(&mut *tx, &ids(&unmarked), user_id).await?;
            if let Some(at) = marked.first().map(|state| state.active_at) {
                issue_bookmarks::insert(&mut *tx, &ids(&marked), user_id, at).await?;
            }
        }
        Kind::Seen => {
            let (seen, unseen): (Vec<_>, Vec<_>) = states.iter().cloned().partition(|state| state.seen_at.is_some());
            issue_views::delete(&mut *tx, &ids(&unseen), user_id).await?;
            for state in seen {
                let at = state.seen_at.unwrap_or(state.active_at);
                issue_views::upsert(&mut *tx, &[state.id.0], user_id, at).await?;
            }
        }
    }
    Ok(())
}

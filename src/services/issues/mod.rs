//! What people do with issues: resolve, ignore, assign, bookmark, delete, one or many at a time.
//!
//! Pages and the API call [`change()`]; both have checked before that the person may change the issues' projects. Every
//! change but deletion can be taken back for ten minutes ([`undo()`]).

mod apply;
mod basis;
mod bulk;
mod change;
mod delete;
mod merge;
pub mod query;
mod share;
mod tally;
mod undo;
mod unmerge;

pub use apply::latest_release;
pub use basis::Basis;
pub use bulk::{AT_ONCE, ChangeIssues, MAX_ISSUES, UNDO_MINUTES, UndoChanges, start, start_undo, undoable};
pub use change::{Applied, Change, Resolve, Seen, change, change_seen};
pub use delete::{Deletion, delete};
pub use merge::{Merge, MergeIssues, merge};
pub use share::{find_shared, share, unshare, without_user_data};
pub use undo::{Undone, undo};
pub use unmerge::{Unmerge, UnmergeIssue, unmerge};

use crate::store::issues::state::IssueState;

/// Why a change is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// "Current release" and "next release" need one.
    #[error("the project has no release yet")]
    NoRelease,
    /// Somebody decided meanwhile; this is what they decided.
    #[error("somebody changed the issue meanwhile")]
    Stale(Basis),
    #[error("merging takes two issues at least")]
    MergeTooFew,
    #[error("the issues belong to several projects")]
    SeveralProjects,
    #[error("one of the issues was deleted or merged meanwhile")]
    Gone,
    #[error("a job is moving hashes of the issue; try again when it is done")]
    Locked,
    #[error("none of these hashes belongs to the issue")]
    NoHash,
    #[error("the issue has to keep one hash")]
    AllHashes,
    #[error("the organization does not let issues be shared")]
    SharingOff,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
}

/// The ids as the store takes them.
fn ids(states: &[IssueState]) -> Vec<i64> {
    states.iter().map(|state| state.id.0).collect()
}

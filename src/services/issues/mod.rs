//! What people do with issues: resolve, ignore, assign, bookmark, delete, one or many at a time.
//!
//! Pages and the API call [`change()`]; both have checked before that the person may change the issues' projects. Every
//! change but deletion can be taken back for ten minutes ([`undo()`]).

mod change;
pub mod query;
mod undo;

pub use change::{Applied, Change, Resolve, change};
pub use undo::{Undone, undo};

use crate::store::issues::state::IssueState;

/// Why a change is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// "Current release" and "next release" need one.
    #[error("the project has no release yet")]
    NoRelease,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
}

/// The ids as the store takes them.
fn ids(states: &[IssueState]) -> Vec<i64> {
    states.iter().map(|state| state.id.0).collect()
}

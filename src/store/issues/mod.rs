//! Issues: events grouped together.

pub mod expiry;
pub mod intake;
mod read;
pub mod state;

pub use read::{Issue, NamedIssue, ShortIssue, find, find_by_short_id, find_present, list_names, lock_by_short_ids};

//! Issues: events grouped together.

pub mod expiry;
pub mod intake;
mod read;
pub mod state;

pub use read::{Issue, find, find_by_short_id};

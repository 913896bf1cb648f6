//! Saving events: a batch becomes rows in one transaction.
//!
//! 1. The projects are locked, so that batches of one project follow each other (`store::project_counters::lock`).
//! 2. Events that are stored already, or twice in the batch, are left out: each is counted once, however often it is
//!    delivered. What is not stored at all is recognised by its place in the stream (`settle`).
//! 3. Hashes find the issues (`assign`); those that don't exist are created.
//! 4. Counters, tags, hours, releases are summed per batch and written as a few set-based statements.
//! 5. The commit. Only then does the worker acknowledge the entries.
//!
//! Everything is ordered by id, so that two workers cannot deadlock; should they anyway, the batch is tried again.

mod assign;
mod batch;
mod bodies;
mod caches;
mod dead;
mod features;
mod issues;
mod lifecycle;
mod link_user_reports;
mod partitions;
mod releases;
mod save;
mod settle;
mod tags;
mod users;

pub use batch::{Batch, BatchEvent, NewBody, OutcomeCounts, Refused, hour_of};
pub use dead::{drop_dead, list_dead, replay_dead};
pub use lifecycle::project_follows_semver;
pub use link_user_reports::LinkUserReports;
pub use partitions::{CreateEventPartitions, create_partitions};
pub use save::{SaveError, Saved, Saver};
pub use settle::ForgetSettledEntries;

#[cfg(test)]
pub(crate) mod fakes;

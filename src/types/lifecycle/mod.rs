//! The life of an issue as pure decisions: when it comes back, when its snooze ends, which events need no storing
//! (grouping.md 11).

mod regression;
mod sampling;
mod snooze;

use chrono::{DateTime, TimeDelta, Utc};

pub use regression::{
    Comparison, Regression, Release, Resolution, ResolutionKind, compare_releases, follows_semver, regression,
    semver_package,
};
pub use sampling::is_sampled_out;
pub use snooze::{Snooze, SnoozeCounters, snooze_is_valid};

/// What people decided about an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Status {
    Unresolved,
    Resolved,
    Ignored,
    PendingDeletion,
    PendingMerge,
}

impl Status {
    pub const ALL: [Self; 5] =
        [Self::Unresolved, Self::Resolved, Self::Ignored, Self::PendingDeletion, Self::PendingMerge];

    /// The name in the database, the API and queries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unresolved => "unresolved",
            Self::Resolved => "resolved",
            Self::Ignored => "ignored",
            Self::PendingDeletion => "pending_deletion",
            Self::PendingMerge => "pending_merge",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An event this close behind the last change of status belongs to the time before it.
const SETTLING: TimeDelta = TimeDelta::seconds(5);

/// Whether an event is late enough to reopen an issue that was resolved at `active_at`. The later of the event's time
/// and the issue's `last_seen` becomes the new `active_at`.
pub fn is_settled(active_at: DateTime<Utc>, occurred_at: DateTime<Utc>, last_seen: DateTime<Utc>) -> bool {
    active_at < occurred_at.max(last_seen) - SETTLING
}

/// The status people see: a snooze that ended reopens, `resolve_age` hours of silence resolve (0: never).
pub fn effective_status(
    status: Status,
    snooze_is_valid: bool,
    resolve_age: u32,
    last_seen: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Status {
    match status {
        Status::Ignored if !snooze_is_valid => Status::Unresolved,
        Status::Unresolved if resolve_age > 0 && now - last_seen > TimeDelta::hours(resolve_age.into()) => {
            Status::Resolved
        }
        other => other,
    }
}

#[cfg(test)]
mod tests;

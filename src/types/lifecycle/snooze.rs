//! Until when an ignored issue stays ignored (grouping.md 11.4).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The conditions set when the issue was ignored; none of them: for good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snooze {
    pub until: Option<DateTime<Utc>>,
    /// So many more events, or so many within the window.
    pub count: Option<i64>,
    pub window_minutes: Option<i32>,
    /// So many more users, or so many within the window.
    pub user_count: Option<i64>,
    pub user_window_minutes: Option<i32>,
    /// The counters when it was ignored.
    pub times_seen: i64,
    pub users_seen: i64,
}

/// The counters now. Those of the windows are only looked at if the snooze has windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnoozeCounters {
    pub times_seen: i64,
    pub users_seen: i64,
    pub events_in_window: i64,
    pub users_in_window: i64,
}

/// Whether the issue is to stay ignored.
pub fn snooze_is_valid(snooze: &Snooze, now: DateTime<Utc>, counters: &SnoozeCounters) -> bool {
    let events = match snooze.window_minutes {
        Some(_) => counters.events_in_window,
        None => counters.times_seen - snooze.times_seen,
    };
    let users = match snooze.user_window_minutes {
        Some(_) => counters.users_in_window,
        None => counters.users_seen - snooze.users_seen,
    };
    snooze.until.is_none_or(|until| now < until)
        && snooze.count.is_none_or(|count| events < count)
        && snooze.user_count.is_none_or(|count| users < count)
}

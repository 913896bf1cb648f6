//! How an issue was resolved, or until when it is ignored.

use serde::Serialize;
use serde_json::Value;

use crate::store::issue_resolutions::IssueResolution;
use crate::types::lifecycle::{ResolutionKind, Snooze, Status};
use crate::web::api::date::Date;
use crate::web::api::users::UserView;

/// What is absent does not hold.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusDetailsView {
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_resolved: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_release: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_next_release: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_commit: Option<Value>,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<UserView>,
    #[serde(flatten)]
    ignored: Option<IgnoredView>,
}

/// What is left until the issue comes back.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the published shape")]
struct IgnoredView {
    ignore_until: Option<Date>,
    ignore_count: Option<i64>,
    ignore_window: Option<i32>,
    ignore_user_count: Option<i64>,
    ignore_user_window: Option<i32>,
}

/// The counters that a snooze compares with.
#[derive(Clone, Copy, Debug)]
pub struct Counters {
    pub times_seen: i64,
    pub users_seen: i64,
}

impl StatusDetailsView {
    /// `stored` is what people decided, `shown` what time made of it.
    pub fn of(
        (stored, shown): (Status, Status),
        resolution: Option<&IssueResolution>,
        snooze: Option<&Snooze>,
        counters: Counters,
    ) -> Self {
        match (stored, shown) {
            (Status::Unresolved, Status::Resolved) => Self { auto_resolved: Some(true), ..Self::default() },
            (_, Status::Resolved) => resolution.map(Self::resolved).unwrap_or_default(),
            (_, Status::Ignored) => {
                Self { ignored: snooze.map(|snooze| IgnoredView::of(snooze, counters)), ..Self::default() }
            }
            _ => Self::default(),
        }
    }

    fn resolved(resolution: &IssueResolution) -> Self {
        match resolution.kind {
            ResolutionKind::InNextRelease => Self { in_next_release: Some(true), ..Self::default() },
            ResolutionKind::InRelease => Self { in_release: resolution.version.clone(), ..Self::default() },
            ResolutionKind::InCommit => Self::default(),
        }
    }
}

impl IgnoredView {
    fn of(snooze: &Snooze, counters: Counters) -> Self {
        // Counts within a window begin anew all the time; others run out.
        let left = |count: i64, window: Option<i32>, now: i64, then: i64| {
            if window.is_some() { count } else { (count - (now - then)).max(0) }
        };
        let (window, user_window) = (snooze.window_minutes, snooze.user_window_minutes);
        Self {
            ignore_until: snooze.until.map(Date),
            ignore_count: snooze.count.map(|count| left(count, window, counters.times_seen, snooze.times_seen)),
            ignore_window: window,
            ignore_user_count: snooze
                .user_count
                .map(|count| left(count, user_window, counters.users_seen, snooze.users_seen)),
            ignore_user_window: user_window,
        }
    }
}

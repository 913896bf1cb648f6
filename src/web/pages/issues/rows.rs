//! An issue as a row of a list.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

use super::chart::{self, Sparkline, Stretch};
use super::{level_icon, level_word};
use crate::messages::{Messages, grouped};
use crate::store::issue_lists::{self, IssueBucket, ListedIssue};
use crate::store::search::numbers::{self as filtered, Numbers};
use crate::store::search::{Criteria, Place};
use crate::types::ids::{IssueId, UserId};
use crate::types::level::Level;
use crate::types::lifecycle::Status;
use crate::types::short_id;
use crate::web::error::Result;
use crate::web::markup::Markup;
use crate::web::{numbers, time, visible};

/// What the row shows; every text is safe to show.
pub struct RowView {
    pub id: IssueId,
    pub level: Level,
    pub level_word: &'static str,
    pub title: String,
    pub culprit: String,
    pub message: String,
    pub short_id: String,
    pub last_seen: Markup,
    pub age: String,
    pub comments: i32,
    pub logger: String,
    pub status: Status,
    pub is_regressed: bool,
    pub is_seen: bool,
    pub is_bookmarked: bool,
    pub events: String,
    pub events_exact: String,
    pub users: String,
    pub users_exact: String,
    pub assignee: Option<String>,
    pub graph: Sparkline,
}

impl RowView {
    pub fn icon(&self) -> &'static str {
        level_icon(self.level)
    }
}

/// The rows of issues, in the order of their places. Where tags choose, the numbers are those of the events that fit.
pub async fn read(
    db: &mut PgConnection,
    criteria: &Criteria,
    places: &[Place],
    stretch: &Stretch,
    (user_id, t, now): (UserId, Messages, DateTime<Utc>),
) -> Result<Vec<RowView>> {
    let ids: Vec<i64> = places.iter().map(|place| place.id.0).collect();
    let issues = issue_lists::list(&mut *db, &ids, user_id).await?;
    let tags = criteria.tags();
    let numbers = filtered::list(db, &tags, &issues).await?;
    let steps = (stretch.since, stretch.step.num_seconds());
    let buckets = if tags.is_empty() {
        issue_lists::list_buckets(&mut *db, &ids, steps.0, steps.1).await?
    } else {
        filtered::list_buckets(db, &tags, &issues, steps).await?
    };
    let row = |issue: ListedIssue| {
        let numbers = numbers.get(&issue.id);
        view(issue, numbers, &buckets, stretch, t, now)
    };
    Ok(issues.into_iter().map(row).collect())
}

pub fn view(
    mut issue: ListedIssue,
    numbers: Option<&Numbers>,
    buckets: &[IssueBucket],
    stretch: &Stretch,
    t: Messages,
    now: DateTime<Utc>,
) -> RowView {
    let (title, message) = headline(&issue.title, &issue.metadata);
    let counts = stretch.counts(buckets, issue.id);
    let (more_events, more_users) = apply(&mut issue, numbers);
    RowView {
        id: issue.id,
        level: issue.level,
        level_word: level_word(t, issue.level),
        title,
        message,
        culprit: visible::string(issue.culprit),
        short_id: short_id::format(&issue.project_slug, issue.short_id),
        last_seen: time::ago(t, issue.last_seen, now),
        age: time::age_text(t, issue.first_seen, now),
        comments: issue.comments_count,
        logger: visible::string(issue.logger),
        status: issue.status,
        is_regressed: issue.is_regressed,
        is_seen: issue.is_seen,
        is_bookmarked: issue.is_bookmarked,
        events: shown(t, issue.times_seen, more_events),
        events_exact: exactly(t, issue.times_seen, more_events),
        users: shown(t, issue.users_seen, more_users),
        users_exact: exactly(t, issue.users_seen, more_users),
        assignee: issue.assignee.map(visible::string),
        graph: chart::sparkline(&counts, stretch, t),
    }
}

/// Shows the numbers of the filter instead of all. Of events and of users: how many events were looked at, if there may
/// be more.
fn apply(issue: &mut ListedIssue, numbers: Option<&Numbers>) -> (Option<i64>, Option<i64>) {
    let Some(numbers) = numbers else { return (None, None) };
    issue.times_seen = numbers.events;
    issue.users_seen = numbers.users;
    issue.first_seen = numbers.first_seen.unwrap_or(issue.first_seen);
    issue.last_seen = numbers.last_seen.unwrap_or(issue.last_seen);
    let looked_at = |has_more: bool| has_more.then_some(numbers.looked_at);
    (looked_at(numbers.has_more_events), looked_at(numbers.has_more_users))
}

fn shown(t: Messages, count: i64, looked_at: Option<i64>) -> String {
    let count = numbers::compact(t, count);
    if looked_at.is_some() { format!("{count}+") } else { count }
}

fn exactly(t: Messages, count: i64, looked_at: Option<i64>) -> String {
    match looked_at {
        Some(limit) => t.search_at_least(grouped(count), grouped(limit)),
        None => grouped(count),
    }
}

/// The type of an exception, or the title it was given, with its message; of other events the title alone.
pub fn headline(title: &str, metadata: &Value) -> (String, String) {
    let member = |key: &str| metadata.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let shown = |text: &str| visible::text(text).into_owned();
    // Only a fingerprint rule gives an exception a title.
    let kind = member("type").map(|kind| member("title").unwrap_or(kind));
    match (kind, member("value")) {
        (Some(kind), value) => (shown(kind), shown(first_line(value.unwrap_or_default()))),
        (None, Some(value)) if title.is_empty() => (shown(first_line(value)), String::new()),
        _ => (shown(title), String::new()),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::headline;

    #[test]
    fn type_and_value_are_told_apart() {
        for (title, metadata, expected) in [
            ("KeyError: 'a'", json!({"type": "KeyError", "value": "'a'\nmore"}), ("KeyError", "'a'")),
            ("hello", json!({"title": "hello"}), ("hello", "")),
            ("Mine", json!({"title": "Mine", "type": "KeyError", "value": "'a'"}), ("Mine", "'a'")),
            ("total", json!({"value": "x", "function": "total"}), ("total", "")),
            ("a\u{202e}b", json!({}), ("a⟨U+202E⟩b", "")),
        ] {
            assert_eq!(headline(title, &metadata), (expected.0.to_owned(), expected.1.to_owned()));
        }
    }
}

//! The status of an issue in words: who decided what, when, by which comparison; and whether the viewer is told of it.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::store::issue_pages::{self, Decision, IssueDetails};
use crate::store::issue_snoozes;
use crate::store::issues::Issue;
use crate::store::projects::Project;
use crate::types::lifecycle::{Snooze, Status, effective_status};
use crate::types::release::shown_version;
use crate::web::error::Result;
use crate::web::{time, visible};

/// Digits of a commit's hash that people read.
const SHOWN_DIGITS: usize = 12;

/// Whether the viewer follows an issue, and why.
pub struct Subscription {
    pub is_active: bool,
    pub reason: &'static str,
}

impl Subscription {
    pub fn of(details: &IssueDetails, t: Messages) -> Self {
        let reason = match (details.is_subscribed, details.subscription_reason.as_deref()) {
            (None, _) => t.triage_not_following(),
            (Some(false), _) => t.triage_follows_no_more(),
            (_, Some("commented" | "comment")) => t.triage_follows_commented(),
            (_, Some("assigned")) => t.triage_follows_assigned(),
            (_, Some("bookmarked" | "bookmark")) => t.triage_follows_bookmarked(),
            (_, Some("changed_status" | "status_change")) => t.triage_follows_changed_status(),
            (_, Some("deploy_setting")) => t.triage_follows_deploy(),
            (_, Some("mentioned")) => t.triage_follows_mentioned(),
            (_, Some("team_mentioned")) => t.triage_follows_team_mentioned(),
            (_, Some("committed")) => t.triage_follows_committed(),
            (_, Some("processing_issue")) => t.triage_follows_processing(),
            (_, Some("implicit")) => t.triage_follows_implicit(),
            _ => t.triage_follows_asked(),
        };
        Self { is_active: details.is_subscribed == Some(true), reason }
    }
}

/// One sentence about an issue that is not plainly unresolved.
pub async fn strip(
    app: &App,
    issue: &Issue,
    details: &IssueDetails,
    project: &Project,
    (t, now): (Messages, DateTime<Utc>),
) -> Result<Option<String>> {
    let age = project.settings.0.resolve_age;
    let is_auto_resolved = issue.status == Status::Unresolved
        && effective_status(issue.status, true, age, issue.last_seen, now) == Status::Resolved;
    if is_auto_resolved {
        return Ok(Some(t.triage_auto_resolved(i64::from(age))));
    }
    if issue.status == Status::Unresolved && !issue.is_regressed {
        return Ok(None);
    }
    let decision = issue_pages::find_decision(&app.db, issue.id).await?;
    let words = Words { t, now, who: who(decision.as_ref(), t) };
    Ok(Some(match issue.status {
        Status::Resolved => words.resolved(issue, details, decision.as_ref()),
        Status::Ignored => {
            let snooze = issue_snoozes::list(&app.db, &[issue.id.0]).await?.pop().map(|row| row.snooze);
            words.ignored(issue, snooze.as_ref())
        }
        _ => regression(decision.map(|decision| decision.data).as_ref(), t),
    }))
}

fn who(decision: Option<&Decision>, t: Messages) -> String {
    let name = decision.and_then(|decision| decision.user_name.as_deref());
    name.map_or_else(|| t.issues_somebody().to_owned(), |name| visible::text(name).into_owned())
}

struct Words {
    t: Messages,
    now: DateTime<Utc>,
    who: String,
}

impl Words {
    fn resolved(self, issue: &Issue, details: &IssueDetails, decision: Option<&Decision>) -> String {
        let Self { t, now, who } = self;
        let when = issue.resolved_at.map(|at| time::ago_text(t, at, now)).unwrap_or_default();
        let version = details.resolution_version.as_deref().map(version).unwrap_or_default();
        match (details.resolution_kind.as_deref(), decision.map(|decision| decision.kind.as_str())) {
            (Some("in_release"), Some("set_resolved_in_commit")) => {
                t.triage_resolved_commit_in(commit(decision), version, when, who)
            }
            (Some("in_release"), _) => t.triage_resolved_in(version, when, who),
            (Some("in_next_release"), _) => t.triage_resolved_next(version, when, who),
            (Some("in_commit"), _) => t.triage_resolved_commit(commit(decision), when, who),
            (_, Some("set_resolved_by_age")) => {
                t.triage_resolved_by_age(decision.and_then(|d| d.data.get("age")?.as_i64()).unwrap_or(0), when)
            }
            _ => t.triage_resolved(when, who),
        }
    }

    fn ignored(self, issue: &Issue, snooze: Option<&Snooze>) -> String {
        let Self { t, who, .. } = self;
        match snooze.map(|snooze| conditions(issue, snooze, t)).filter(|conditions| !conditions.is_empty()) {
            Some(conditions) => t.triage_ignored_until(conditions.join(t.triage_or()), who),
            None => t.triage_ignored(who),
        }
    }
}

/// What ends a snooze, each with what is left of it.
fn conditions(issue: &Issue, snooze: &Snooze, t: Messages) -> Vec<String> {
    let left = |count: i64, now: i64, then: i64| (count - (now - then)).max(0);
    let until = snooze.until.map(|until| t.triage_until(time::absolute_text(t, until)));
    let events = snooze.count.map(|count| match snooze.window_minutes {
        Some(minutes) => t.triage_until_events_in(grouped(count), window(minutes, t)),
        None => t.triage_until_events(grouped(count), grouped(left(count, issue.times_seen, snooze.times_seen))),
    });
    let users = snooze.user_count.map(|count| match snooze.user_window_minutes {
        Some(minutes) => t.triage_until_users_in(grouped(count), window(minutes, t)),
        None => t.triage_until_users(grouped(count), grouped(left(count, issue.users_seen, snooze.users_seen))),
    });
    [until, events, users].into_iter().flatten().collect()
}

fn window(minutes: i32, t: Messages) -> String {
    match minutes {
        minutes if minutes % 1_440 == 0 => t.triage_days(minutes / 1_440),
        minutes if minutes % 60 == 0 => t.triage_hours(minutes / 60),
        minutes => t.triage_minutes(minutes),
    }
}

/// A regression as its entry in the history tells it: where it was resolved, where it came back, how that was compared.
pub fn regression(data: Option<&Value>, t: Messages) -> String {
    let member = |name: &str| {
        let text = data?.get(name)?.as_str()?;
        (!text.is_empty()).then(|| version(text))
    };
    let compared = match data.and_then(|data| data.get("comparedBy")?.as_str()) {
        Some("version") => t.triage_compared_by_version(),
        Some("date") => t.triage_compared_by_date(),
        _ => "",
    };
    match (member("resolvedIn"), member("resolvedAfter"), member("version")) {
        (Some(resolved), _, Some(version)) => t.triage_regressed_from(compared, resolved, version),
        (_, Some(resolved), Some(version)) => t.triage_regressed_after(compared, resolved, version),
        (_, _, Some(version)) => t.triage_regressed_in(version),
        _ => t.triage_regressed().to_owned(),
    }
}

fn version(text: &str) -> String {
    visible::string(shown_version(text).to_owned())
}

/// The beginning of the hash that people know a commit by.
fn commit(decision: Option<&Decision>) -> String {
    let key = decision.and_then(|decision| decision.data.get("commit")?.as_str()).unwrap_or_default();
    visible::string(key.chars().take(SHOWN_DIGITS).collect())
}

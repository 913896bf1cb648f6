//! What the actions of forms mean, and what they did in words.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::selection::Fields;
use crate::app::App;
use crate::messages::Messages;
use crate::protocol::timestamp;
use crate::services::issues::{Applied, Change, Resolve};
use crate::store::{commits, members, releases, teams};
use crate::types::ids::{TeamId, UserId};
use crate::types::lifecycle::Snooze;
use crate::types::wall_clock::WallClock;
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::EventWrite;

/// As the API limits them (web-api.md 9.2).
const MAX_COUNT: i64 = 1_000_000;
const MAX_WINDOW: i32 = 10_080;

/// What an action asks for, as far as its fields tell.
pub enum Asked {
    Known(Change),
    Missing(Question),
}

/// What is still to be asked, and what was wrong with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    Release { is_unknown: bool },
    Commit { is_unknown: bool },
    Snooze { is_wrong: bool },
}

/// What an action's name and fields mean; whom it names must belong to the organization.
pub async fn read_change(
    app: &App,
    access: &OrganizationAccess<EventWrite>,
    action: &str,
    fields: &Fields,
    clock: WallClock,
) -> Result<Asked> {
    if let Some(change) = simple_change(app.clock.now(), access.actor.user.id, action) {
        return Ok(Asked::Known(change));
    }
    let organization_id = access.organization.id;
    match action {
        "resolve-release" => return release(app, access, fields).await,
        "resolve-commit" => return commit(app, access, fields).await,
        "ignore-custom" => {
            let wanted = read_snooze(fields, app.clock.now(), clock);
            return Ok(wanted.map_or_else(Asked::Missing, |snooze| Asked::Known(Change::Ignore(snooze))));
        }
        _ => {}
    }
    let unknown = || Error::bad_request("the action is not known");
    if let Some(id) = action.strip_prefix("assign-user-").and_then(|id| id.parse::<UserId>().ok()) {
        members::find(&app.db, organization_id, id).await?.ok_or_else(unknown)?;
        return Ok(Asked::Known(Change::AssignUser(id)));
    }
    let team_id = action.strip_prefix("assign-team-").and_then(|id| id.parse::<TeamId>().ok()).ok_or_else(unknown)?;
    let teams = teams::list(&app.db, organization_id).await?;
    let is_known = teams.iter().any(|team| team.id == team_id);
    if is_known { Ok(Asked::Known(Change::AssignTeam(team_id))) } else { Err(unknown()) }
}

fn simple_change(now: DateTime<Utc>, user_id: UserId, action: &str) -> Option<Change> {
    let for_minutes = |minutes| Snooze { until: Some(now + TimeDelta::minutes(minutes)), ..Snooze::default() };
    let events = |count| Snooze { count: Some(count), ..Snooze::default() };
    let users = |count| Snooze { user_count: Some(count), ..Snooze::default() };
    Some(match action {
        "resolve" => Change::Resolve(Resolve::Now),
        "resolve-next" => Change::Resolve(Resolve::InNextRelease),
        "resolve-current" => Change::Resolve(Resolve::InCurrentRelease),
        "unresolve" => Change::Unresolve,
        "ignore" => Change::Ignore(Snooze::default()),
        "ignore-30m" => Change::Ignore(for_minutes(30)),
        "ignore-2h" => Change::Ignore(for_minutes(120)),
        "ignore-6h" => Change::Ignore(for_minutes(360)),
        "ignore-24h" => Change::Ignore(for_minutes(1_440)),
        "ignore-1w" => Change::Ignore(for_minutes(10_080)),
        "ignore-10" => Change::Ignore(events(10)),
        "ignore-100" => Change::Ignore(events(100)),
        "ignore-1000" => Change::Ignore(events(1_000)),
        "ignore-100-hour" => Change::Ignore(Snooze { window_minutes: Some(60), ..events(100) }),
        "ignore-users-10" => Change::Ignore(users(10)),
        "ignore-users-100" => Change::Ignore(users(100)),
        "assign-me" => Change::AssignUser(user_id),
        "unassign" => Change::Unassign,
        "bookmark" => Change::Bookmark,
        "unbookmark" => Change::Unbookmark,
        "subscribe" => Change::Subscribe,
        "unsubscribe" => Change::Unsubscribe,
        "seen" => Change::MarkSeen,
        "unseen" => Change::MarkUnseen,
        _ => return None,
    })
}

async fn release(app: &App, access: &OrganizationAccess<EventWrite>, fields: &Fields) -> Result<Asked> {
    let Some(version) = fields.text("version").filter(|version| !version.is_empty()) else {
        return Ok(Asked::Missing(Question::Release { is_unknown: false }));
    };
    let known = if version.contains('\0') {
        Vec::new()
    } else {
        releases::list_known(&app.db, &[access.organization.id.0], &[version]).await?
    };
    Ok(match known.into_iter().next() {
        Some(release) => Asked::Known(Change::Resolve(Resolve::InRelease(release.id, release.version))),
        None => Asked::Missing(Question::Release { is_unknown: true }),
    })
}

async fn commit(app: &App, access: &OrganizationAccess<EventWrite>, fields: &Fields) -> Result<Asked> {
    let Some(key) = fields.text("commit").filter(|key| !key.is_empty()) else {
        return Ok(Asked::Missing(Question::Commit { is_unknown: false }));
    };
    let repository = fields.text("repository").filter(|name| !name.is_empty());
    let is_text = !key.contains('\0') && repository.is_none_or(|name| !name.contains('\0'));
    let found =
        if is_text { commits::find_by_key(&app.db, access.organization.id, repository, key).await? } else { None };
    Ok(match found {
        Some((id, key)) => Asked::Known(Change::Resolve(Resolve::InCommit(id, key))),
        None => Asked::Missing(Question::Commit { is_unknown: true }),
    })
}

/// The conditions of the form; without any the form is shown, and shown again when one is wrong.
fn read_snooze(fields: &Fields, now: DateTime<Utc>, clock: WallClock) -> Result<Snooze, Question> {
    let answered = |name: &str| fields.text(name).filter(|text| !text.is_empty());
    let wrong = Question::Snooze { is_wrong: true };
    let number = |name: &str, max: i64| match answered(name) {
        None => Ok(None),
        Some(text) => text.parse::<i64>().ok().filter(|n| (1..=max).contains(n)).map(Some).ok_or(wrong),
    };
    let window = |name: &str| number(name, MAX_WINDOW.into()).map(|n| n.and_then(|n| i32::try_from(n).ok()));
    let until = match answered("until") {
        None => None,
        Some(text) => Some(read_time(text, clock).filter(|until| *until > now).ok_or(wrong)?),
    };
    let (count, user_count) = (number("count", MAX_COUNT)?, number("users", MAX_COUNT)?);
    let snooze = Snooze {
        until,
        count,
        // A window belongs to its count.
        window_minutes: window("window")?.filter(|_| count.is_some()),
        user_count,
        user_window_minutes: window("users_window")?.filter(|_| user_count.is_some()),
        ..Snooze::default()
    };
    if snooze == Snooze::default() {
        return Err(Question::Snooze { is_wrong: fields.text("until").is_some() });
    }
    Ok(snooze)
}

/// Browsers send what the viewer's clock shows, without seconds and without a zone.
fn read_time(text: &str, clock: WallClock) -> Option<DateTime<Utc>> {
    let shown =
        ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"].iter().find_map(|f| NaiveDateTime::parse_from_str(text, f).ok());
    shown.map_or_else(|| timestamp::parse_text(text), |shown| clock.moment(shown))
}

/// What really happened, in words.
pub fn told(change: &Change, applied: &Applied, t: Messages) -> String {
    let n = applied.changed.len();
    if n == 0 {
        return if applied.left > 0 {
            t.issues_left(applied.left)
        } else if applied.unchanged == 0 {
            t.issues_none_chosen().to_owned()
        } else {
            t.issues_nothing_to_do().to_owned()
        };
    }
    let done = match change {
        Change::Resolve(_) => t.issues_did_resolve(n),
        Change::Unresolve => t.issues_did_unresolve(n),
        Change::Ignore(_) => t.issues_did_ignore(n),
        Change::AssignUser(_) | Change::AssignTeam(_) => t.issues_did_assign(n),
        Change::Unassign => t.issues_did_unassign(n),
        Change::Bookmark => t.issues_did_bookmark(n),
        Change::Unbookmark => t.issues_did_unbookmark(n),
        Change::Subscribe => t.triage_did_subscribe(n),
        Change::Unsubscribe => t.triage_did_unsubscribe(n),
        Change::MarkSeen => t.issues_did_see(n),
        Change::MarkUnseen => t.issues_did_unsee(n),
    };
    let done = if applied.unchanged == 0 { done } else { t.issues_did_some(done, applied.unchanged) };
    if applied.left == 0 { done } else { t.issues_did_some_left(done, applied.left) }
}

//! The body that changes issues (web-api.md 9.2), read into the changes it asks for.

use axum::Json;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::view::ActorView;
use crate::app::App;
use crate::services::issues::{Change, Resolve};
use crate::store::{commits, members, releases, teams, users};
use crate::types::ids::{OrganizationId, TeamId, UserId};
use crate::types::lifecycle::Snooze;
use crate::web::api::body::Fields;
use crate::web::error::{Error, FieldErrors, Result};

/// A week in minutes, the longest window; older clients sent hours, and mean minutes here too.
const MAX_WINDOW: i64 = 10_080;
/// More than anyone waits for.
const MAX_COUNT: i64 = 1_000_000;
/// Ten years in minutes.
const MAX_DURATION: i64 = 5_256_000;

/// What is to be done, and what the answer repeats of it.
#[derive(Debug, Default)]
pub struct Mutation {
    pub changes: Vec<Change>,
    /// Made one, the survivor of which stays.
    pub is_merge: bool,
    /// Deleted, and what follows thrown away; nothing else is done then.
    pub is_discard: bool,
    /// Whether there is to be a public link.
    pub is_public: Option<bool>,
    echo: Map<String, Value>,
}

impl Mutation {
    pub async fn read(app: &App, organization_id: OrganizationId, mut fields: Fields) -> Result<Self> {
        let mut mutation = Self {
            is_merge: fields.flag("merge") == Some(true),
            is_discard: fields.flag("discard") == Some(true),
            ..Self::default()
        };
        mutation.read_status(app, organization_id, &mut fields).await?;
        mutation.read_assignee(app, organization_id, &mut fields).await?;
        mutation.read_flags(&mut fields);
        fields.finish()?;
        Ok(mutation)
    }

    pub fn is_resolved_by_release(&self) -> bool {
        let by_release = |change: &Change| matches!(change, Change::Resolve(how) if *how != Resolve::Now);
        self.changes.iter().any(by_release)
    }

    /// Adds what came of the request to the answer.
    pub fn add_echo(&mut self, name: &str, value: Value) {
        self.echo.insert(name.to_owned(), value);
    }

    /// The values that were applied.
    pub fn answer(self) -> Json<Value> {
        Json(Value::Object(self.echo))
    }

    async fn read_status(&mut self, app: &App, organization_id: OrganizationId, fields: &mut Fields) -> Result<()> {
        let Some(status) = fields.text("status", 64) else { return Ok(()) };
        let mut details = fields.object("statusDetails").unwrap_or_default();
        let now = app.clock.now();
        let (change, details_echo) = match status.as_str() {
            "resolvedInNextRelease" => (Change::Resolve(Resolve::InNextRelease), json!({"inNextRelease": true})),
            "resolved" => resolved(app, organization_id, &mut details).await?,
            "unresolved" => (Change::Unresolve, json!({})),
            "ignored" | "muted" => ignored(fields, &mut details, now),
            _ => {
                fields.refuse("status", "One of resolved, resolvedInNextRelease, unresolved, ignored.");
                return Ok(());
            }
        };
        fields.include("statusDetails", &details);
        let name = match change {
            Change::Resolve(_) => "resolved",
            Change::Ignore(_) => "ignored",
            _ => "unresolved",
        };
        self.echo.insert("status".to_owned(), json!(name));
        self.echo.insert("statusDetails".to_owned(), details_echo);
        self.changes.push(change);
        Ok(())
    }

    async fn read_assignee(&mut self, app: &App, organization_id: OrganizationId, fields: &mut Fields) -> Result<()> {
        if !fields.has("assignedTo") {
            return Ok(());
        }
        let name = fields.text("assignedTo", 254).unwrap_or_default();
        let (change, view) = if name.is_empty() {
            (Change::Unassign, Value::Null)
        } else if let Some(found) = assignee(app, organization_id, &name).await? {
            found
        } else {
            fields.refuse("assignedTo", "Nobody of this name belongs to the organization.");
            return Ok(());
        };
        self.echo.insert("assignedTo".to_owned(), view);
        self.changes.push(change);
        Ok(())
    }

    fn read_flags(&mut self, fields: &mut Fields) {
        let flags = [
            ("hasSeen", Change::MarkSeen, Change::MarkUnseen),
            ("isBookmarked", Change::Bookmark, Change::Unbookmark),
            ("isSubscribed", Change::Subscribe, Change::Unsubscribe),
        ];
        if let Some(flag) = fields.flag("isPublic") {
            self.is_public = Some(flag);
            self.echo.insert("isPublic".to_owned(), json!(flag));
        }
        for (name, set, unset) in flags {
            if let Some(flag) = fields.flag(name) {
                self.echo.insert(name.to_owned(), json!(flag));
                self.changes.push(if flag { set } else { unset });
            }
        }
    }
}

async fn resolved(app: &App, organization_id: OrganizationId, details: &mut Fields) -> Result<(Change, Value)> {
    if let Some(mut commit) = details.object("inCommit") {
        return resolved_in_commit(app, organization_id, &mut commit).await;
    }
    if details.flag("inNextRelease") == Some(true) {
        return Ok((Change::Resolve(Resolve::InNextRelease), json!({"inNextRelease": true})));
    }
    match details.text("inRelease", 250).as_deref() {
        None | Some("") => Ok((Change::Resolve(Resolve::Now), json!({}))),
        Some("latest") => Ok((Change::Resolve(Resolve::InCurrentRelease), json!({"inRelease": "latest"}))),
        Some(version) => {
            let known = releases::list_known(&app.db, &[organization_id.0], &[version]).await?;
            let release = known.into_iter().next().ok_or_else(|| refused_details("inRelease: no such release"))?;
            let echo = json!({"inRelease": release.version});
            Ok((Change::Resolve(Resolve::InRelease(release.id, release.version)), echo))
        }
    }
}

async fn resolved_in_commit(
    app: &App,
    organization_id: OrganizationId,
    fields: &mut Fields,
) -> Result<(Change, Value)> {
    let key = fields.text("commit", 64).filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| refused_details("inCommit: commit is required"))?;
    let repository = fields.text("repository", 200).filter(|name| !name.is_empty());
    let found = commits::find_by_key(&app.db, organization_id, repository.as_deref(), &key).await?;
    let (id, key) = found.ok_or_else(|| refused_details("inCommit: no such commit in the repository"))?;
    let echo = json!({"inCommit": {"commit": key, "repository": repository}});
    Ok((Change::Resolve(Resolve::InCommit(id, key)), echo))
}

fn refused_details(message: &str) -> Error {
    Error::Invalid(FieldErrors::one("statusDetails", message))
}

/// The conditions lie in `statusDetails`, or beside `status` where old clients put them.
fn ignored(fields: &mut Fields, details: &mut Fields, now: DateTime<Utc>) -> (Change, Value) {
    let mut number = |name: &'static str, max: i64| {
        let place = if details.has(name) { &mut *details } else { &mut *fields };
        place.number(name, 1..=max)
    };
    let minutes = number("ignoreDuration", MAX_DURATION).or_else(|| number("snoozeDuration", MAX_DURATION));
    let (count, user_count) = (number("ignoreCount", MAX_COUNT), number("ignoreUserCount", MAX_COUNT));
    let window = |minutes: Option<i64>| minutes.and_then(|minutes| i32::try_from(minutes).ok());
    let snooze = Snooze {
        until: minutes.map(|minutes| now + TimeDelta::minutes(minutes)),
        count,
        window_minutes: window(number("ignoreWindow", MAX_WINDOW)),
        user_count,
        user_window_minutes: window(number("ignoreUserWindow", MAX_WINDOW)),
        times_seen: 0,
        users_seen: 0,
    };
    let echo = if snooze == Snooze::default() { json!({}) } else { snooze_echo(&snooze) };
    (Change::Ignore(snooze), echo)
}

fn snooze_echo(snooze: &Snooze) -> Value {
    json!({
        "ignoreUntil": snooze.until.map(crate::web::api::date::Date),
        "ignoreCount": snooze.count,
        "ignoreWindow": snooze.window_minutes,
        "ignoreUserCount": snooze.user_count,
        "ignoreUserWindow": snooze.user_window_minutes,
    })
}

/// `user:7`, `team:7`, `7`, a user name or an address.
async fn assignee(app: &App, organization_id: OrganizationId, name: &str) -> Result<Option<(Change, Value)>> {
    if let Some(id) = name.strip_prefix("team:") {
        let teams = teams::list(&app.db, organization_id).await?;
        let team = id.parse().ok().and_then(|id: TeamId| teams.into_iter().find(|team| team.id == id));
        let view = |slug: &str, id: TeamId| json!({"type": "team", "id": id.to_string(), "name": slug});
        return Ok(team.map(|team| (Change::AssignTeam(team.id), view(&team.slug, team.id))));
    }
    let user = match name.strip_prefix("user:").unwrap_or(name).parse::<UserId>() {
        Ok(id) => users::find(&app.db, id).await?,
        Err(_) => users::find_by_login(&app.db, name).await?,
    };
    let Some(user) = user.filter(|user| user.is_active) else { return Ok(None) };
    if members::find(&app.db, organization_id, user.id).await?.is_none() {
        return Ok(None);
    }
    Ok(Some((Change::AssignUser(user.id), serde_json::to_value(ActorView::user(&user))?)))
}

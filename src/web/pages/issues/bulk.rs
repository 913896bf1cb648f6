//! What the forms of list and issue page do: one action for any number of issues, then back where they came from.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;

use super::list::DEFAULT_QUERY;
use crate::app::App;
use crate::services::issues::{self, Applied, Change, Resolve, query};
use crate::store::issues::state;
use crate::store::search::{self, From, Sort};
use crate::store::{members, teams};
use crate::types::ids::{IssueId, TeamId, UserId};
use crate::types::lifecycle::Snooze;
use crate::types::scope::Scope;
use crate::volatile::sessions::Flash;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventWrite;
use crate::web::extract::{Actor, OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::messages::Messages;
use crate::web::pages::back::{local, page_before};
use crate::web::{redirect, render};

/// "All matching" reaches this far.
const MAX_ISSUES: usize = 1_000;

/// Asks before issues are deleted; shown in answer to the form, so that it works without script.
#[derive(Template)]
#[template(path = "issues/delete.html")]
struct DeletePage {
    layout: Layout,
    t: Messages,
    organization: String,
    ids: Vec<IssueId>,
    next: String,
    /// Whether what was typed was wrong.
    is_wrong: bool,
}

/// The fields of the form. `id` repeats, so they are read as pairs.
struct Fields {
    ids: Vec<IssueId>,
    action: String,
    next: String,
    confirm: Option<String>,
    /// The script asks and shows nothing.
    is_quiet: bool,
    /// The query of "all matching".
    all: Option<String>,
}

impl Fields {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut fields = Self {
            ids: Vec::new(),
            action: String::new(),
            next: String::new(),
            confirm: None,
            is_quiet: false,
            all: None,
        };
        let mut query = None;
        let mut wants_all = false;
        for (name, value) in pairs {
            match name.as_str() {
                "id" => fields.ids.extend(value.parse::<IssueId>().ok()),
                // A menu left alone is empty; the button decides.
                "action" if !value.is_empty() => fields.action = value,
                "next" => fields.next = value,
                "quiet" => fields.is_quiet = value == "1",
                "confirm" => fields.confirm = Some(value),
                "query" => query = Some(value),
                "all" => wants_all = value == "1",
                _ => {}
            }
        }
        fields.ids.sort_unstable();
        fields.ids.dedup();
        fields.ids.truncate(MAX_ISSUES);
        fields.all = query.filter(|_| wants_all);
        fields
    }
}

/// `POST /organizations/{organization}/issues/`.
pub async fn act(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventWrite>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let fields = Fields::read(pairs);
    let home = format!("/organizations/{}/issues/", access.organization.slug);
    let next = local(&fields.next).unwrap_or(&home).to_owned();
    let ids = permitted(&app, &access, &fields).await?;
    if fields.action == "delete" {
        return delete(&app, &viewer, &access, ids, &fields, next).await;
    }
    let change = read_change(&app, &access, &fields.action).await?;
    let t = viewer.messages();
    let flash = match issues::change(&app, access.actor.user.id, &ids, &change).await {
        Ok(applied) => Flash { text: told(&change, &applied, t), undo: applied.undo },
        Err(issues::Error::NoRelease) => Flash { text: t.issues_no_release().to_owned(), undo: None },
        Err(error) => return Err(error.into()),
    };
    if fields.is_quiet {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    answer(&app, &viewer, flash, &next).await
}

/// `POST /undo/{token}/`.
pub async fn undo(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let t = viewer.messages();
    let text = match issues::undo(&app, actor.user.id, &token).await? {
        None => t.issues_undo_gone().to_owned(),
        Some(undone) if undone.kept == 0 => t.issues_undone(count(undone.restored)),
        Some(undone) => t.issues_undone_partly(undone.kept, count(undone.restored)),
    };
    let next = page_before(&app, &headers).unwrap_or_else(|| "/".to_owned());
    answer(&app, &viewer, Flash { text, undo: None }, &next).await
}

async fn answer(app: &App, viewer: &Viewer, flash: Flash, next: &str) -> Result<Response> {
    if let Some(session) = &viewer.session {
        app.redis.put_flash(session, &flash).await?;
    }
    Ok(redirect(app, next))
}

/// The chosen issues that are in projects the actor sees.
async fn permitted(app: &App, access: &OrganizationAccess<EventWrite>, fields: &Fields) -> Result<Vec<IssueId>> {
    let projects: Vec<i64> = access.projects(app).await?.iter().map(|project| project.id.0).collect();
    if let Some(text) = &fields.all {
        let text = if text.is_empty() { DEFAULT_QUERY } else { text };
        let parsed = query::parse(text, access.actor.user.id, app.clock.now());
        let mut criteria = parsed.map_err(|error| Error::bad_request(error.to_string()))?;
        criteria.project_ids = projects;
        let mut db = app.db.acquire().await?;
        let limit = i64::try_from(MAX_ISSUES).unwrap_or(i64::MAX);
        let places = search::list(&mut db, &criteria, Sort::LastSeen, From::Start, limit).await?;
        return Ok(places.into_iter().map(|place| place.id).collect());
    }
    let wanted: Vec<i64> = fields.ids.iter().map(|id| id.0).collect();
    Ok(state::list_in_projects(&app.db, &wanted, &projects).await?)
}

async fn delete(
    app: &App,
    viewer: &Viewer,
    access: &OrganizationAccess<EventWrite>,
    ids: Vec<IssueId>,
    fields: &Fields,
    next: String,
) -> Result<Response> {
    if !access.may(Scope::EventAdmin) {
        return Err(Error::Forbidden(&[Scope::EventAdmin]));
    }
    let t = viewer.messages();
    if ids.is_empty() {
        return answer(app, viewer, Flash { text: t.issues_none_chosen().to_owned(), undo: None }, &next).await;
    }
    if fields.confirm.as_deref().map(str::trim) == Some(ids.len().to_string().as_str()) {
        let applied = issues::change(app, access.actor.user.id, &ids, &Change::Delete).await?;
        let flash = Flash { text: told(&Change::Delete, &applied, t), undo: None };
        // The page of a deleted issue is gone.
        let list = format!("/organizations/{}/issues/", access.organization.slug);
        let next = if next.contains("/issues/") && !next.contains("/issues/?") { list } else { next };
        return answer(app, viewer, flash, &next).await;
    }
    let is_wrong = fields.confirm.is_some();
    let layout = Layout::of_organization(app, viewer, access, Section::Issues);
    let page = DeletePage { layout, t, organization: access.organization.slug.clone(), ids, next, is_wrong };
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, render(&page)?).into_response())
}

/// What an action's name means; whom it names must belong to the organization.
async fn read_change(app: &App, access: &OrganizationAccess<EventWrite>, action: &str) -> Result<Change> {
    if let Some(change) = simple_change(app, access, action) {
        return Ok(change);
    }
    let organization_id = access.organization.id;
    let unknown = || Error::bad_request("the action is not known");
    if let Some(id) = action.strip_prefix("assign-user-").and_then(|id| id.parse::<UserId>().ok()) {
        members::find(&app.db, organization_id, id).await?.ok_or_else(unknown)?;
        return Ok(Change::AssignUser(id));
    }
    let team_id = action.strip_prefix("assign-team-").and_then(|id| id.parse::<TeamId>().ok()).ok_or_else(unknown)?;
    let teams = teams::list(&app.db, organization_id).await?;
    if teams.iter().any(|team| team.id == team_id) { Ok(Change::AssignTeam(team_id)) } else { Err(unknown()) }
}

fn simple_change(app: &App, access: &OrganizationAccess<EventWrite>, action: &str) -> Option<Change> {
    let for_minutes =
        |minutes| Snooze { until: Some(app.clock.now() + TimeDelta::minutes(minutes)), ..Snooze::default() };
    let events = |count| Snooze { count: Some(count), ..Snooze::default() };
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
        "ignore-users-10" => Change::Ignore(Snooze { user_count: Some(10), ..Snooze::default() }),
        "ignore-users-100" => Change::Ignore(Snooze { user_count: Some(100), ..Snooze::default() }),
        "assign-me" => Change::AssignUser(access.actor.user.id),
        "unassign" => Change::Unassign,
        "bookmark" => Change::Bookmark,
        "unbookmark" => Change::Unbookmark,
        "seen" => Change::MarkSeen,
        "unseen" => Change::MarkUnseen,
        _ => return None,
    })
}

/// What really happened, in words.
fn told(change: &Change, applied: &Applied, t: Messages) -> String {
    let n = count(applied.changed.len());
    if n == 0 {
        return if applied.unchanged == 0 {
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
        Change::MarkSeen => t.issues_did_see(n),
        Change::MarkUnseen => t.issues_did_unsee(n),
        Change::Delete => t.issues_did_delete(n),
    };
    if applied.unchanged == 0 { done } else { t.issues_did_some(done, count(applied.unchanged)) }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

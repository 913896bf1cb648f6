//! What happened to an issue, newest first.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::Value;

use super::frame::{self, IssueFrame, Opened};
use crate::app::App;
use crate::store::activities::{self, Activity};
use crate::types::lifecycle::Status;
use crate::web::error::Result;
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::messages::Messages;
use crate::web::{render, time, visible};

const LIMIT: i64 = 200;

#[derive(Template)]
#[template(path = "issues/activity.html")]
struct ActivityPage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    entries: Vec<Entry>,
}

struct Entry {
    text: String,
    note: Option<String>,
    at: Markup,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response> {
    let Opened { issue, details, layout, frame, .. } =
        frame::open(&app, &viewer, actor, (&organization, &id), "activity").await?;
    let t = layout.t;
    let activities = activities::list(&app.db, issue.id, LIMIT).await?;
    let names: Vec<(String, String)> = frame.assignees.clone();
    let mut entries: Vec<Entry> = activities
        .iter()
        .map(|activity| Entry {
            text: words(activity, &names, t),
            note: note(activity),
            at: time::ago(t, activity.created_at, layout.now),
        })
        .collect();
    let first = match details.first_release {
        Some(version) => t.issues_activity_first_in(visible::text(&version)),
        None => t.issues_activity_first().to_owned(),
    };
    entries.push(Entry { text: first, note: None, at: time::ago(t, issue.first_seen, layout.now) });
    render(&ActivityPage { layout, t, frame, entries })
}

/// One sentence; `kind` has the API's names.
fn words(activity: &Activity, assignees: &[(String, String)], t: Messages) -> String {
    let who = activity
        .user_name
        .as_deref()
        .map_or_else(|| t.issues_the_program().to_owned(), |name| visible::text(name).into_owned());
    let member =
        |key: &str| activity.data.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(visible::text);
    match activity.kind.as_str() {
        "set_resolved" => t.issues_activity_resolved(who),
        "set_resolved_in_release" => match member("version") {
            Some(version) => t.issues_activity_resolved_in(version, who),
            None => t.issues_activity_resolved_next(who),
        },
        "set_resolved_in_commit" => {
            let commit: String = member("commit").unwrap_or_default().chars().take(12).collect();
            t.issues_activity_resolved_commit(commit, member("version").unwrap_or_default(), who)
        }
        "set_unresolved" => t.issues_activity_unresolved(who),
        "set_ignored" => t.issues_activity_ignored(who),
        "set_regression" => match member("version") {
            Some(version) => t.issues_activity_regression_in(version),
            None => t.issues_activity_regression().to_owned(),
        },
        "assigned" => t.issues_activity_assigned(assignee(activity, assignees), who),
        "unassigned" => t.issues_activity_unassigned(who),
        "note" => t.issues_activity_note(who),
        other => t.issues_activity_other(visible::text(other), who),
    }
}

fn assignee(activity: &Activity, assignees: &[(String, String)]) -> String {
    let member = |key: &str| activity.data.get(key).and_then(Value::as_str).unwrap_or_default();
    let field = format!("assign-{}-{}", member("assigneeType"), member("assignee"));
    let found = assignees.iter().find(|(name, _)| *name == field).map(|(_, label)| label.clone());
    visible::string(found.unwrap_or_else(|| "?".to_owned()))
}

fn note(activity: &Activity) -> Option<String> {
    let text = activity.data.get("text").and_then(Value::as_str)?;
    (activity.kind == "note").then(|| visible::text(text).into_owned())
}

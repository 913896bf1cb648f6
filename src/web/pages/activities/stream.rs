//! What happened to the issues of an organization, by day, the newest first.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::entries::{Entry, Reader};
use super::words::Directory;
use crate::app::App;
use crate::messages::Messages;
use crate::services::notes::People;
use crate::store::activities;
use crate::types::short_id;
use crate::web::error::Result;
use crate::web::extract::needs::EventRead;
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::{render, time, visible};

const PER_PAGE: usize = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct StreamParams {
    /// Id of the last entry of the page before.
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "activities/stream.html")]
struct StreamPage {
    layout: Layout,
    t: Messages,
    /// Path of the stream, without the base path.
    path: String,
    days: Vec<Day>,
    older: Option<i64>,
    is_first: bool,
}

struct Day {
    label: String,
    entries: Vec<Line>,
}

/// An entry, and the issue it is about.
struct Line {
    entry: Entry,
    short_id: String,
    title: String,
    path: String,
}

pub fn routes() -> Router<App> {
    Router::new().route("/organizations/{organization}/activity/", get(show))
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventRead>,
    Query(params): Query<StreamParams>,
) -> Result<Response> {
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Activity);
    let projects: Vec<i64> = access.projects(&app).await?.iter().map(|project| project.id.0).collect();
    let before = params.before.unwrap_or(i64::MAX);
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let mut found = activities::list_of_projects(&app.db, &projects, before, limit).await?;
    let has_more = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    let directory = Directory::of(&app, &access.organization, found.iter().map(|one| &one.activity)).await?;
    let (t, issues) = (layout.t, format!("/organizations/{}/issues/", access.organization.slug));
    let with_base = format!("{}{issues}", layout.base);
    let people = People::default();
    let reader = Reader {
        t,
        now: layout.now,
        user_id: access.actor.user.id,
        directory: &directory,
        people: &people,
        issues: &with_base,
    };
    let mut days: Vec<Day> = Vec::new();
    for one in &found {
        let label = time::day_text(t, one.activity.created_at);
        if days.last().is_none_or(|day| day.label != label) {
            days.push(Day { label, entries: Vec::new() });
        }
        let line = Line {
            entry: reader.entry(&one.activity),
            short_id: short_id::format(&one.project_slug, one.short_id),
            title: visible::text(&one.title).into_owned(),
            path: format!("{issues}{}/", one.issue_id),
        };
        if let Some(day) = days.last_mut() {
            day.entries.push(line);
        }
    }
    render(&StreamPage {
        t,
        path: format!("/organizations/{}/activity/", access.organization.slug),
        days,
        older: found.last().filter(|_| has_more).map(|one| one.activity.id.0),
        is_first: params.before.is_none(),
        layout,
    })
}

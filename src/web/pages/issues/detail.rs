//! The page of an issue: one of its events, whole, with what the issue knows beside it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Deserialize;

use super::environment;
use super::event::excerpt::Excerpt;
use super::event::frames::Row;
use super::event::options::{Form, Options, Order, Stack};
use super::event::view::{EventView, Part};
use super::frame::{self, IssueFrame, Opened};
use super::people::{self, People};
use super::side::{self, Side};
use super::stored::{self, Found, Wanted};
use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::protocol::event::Event;
use crate::services::symbolication;
use crate::store::issue_events::Neighbours;
use crate::store::issues::Issue;
use crate::store::users::User;
use crate::store::{attachments, issue_events, user_reports};
use crate::types::json::Json;
use crate::types::level::Level;
use crate::types::lifecycle::Status;
use crate::web::error::{Error, Result};
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::{numbers, render, time, visible};

/// Stored events are counted up to here.
const MAX_COUNT: i64 = 1_000;
/// An event that took longer to arrive gets a mark.
const LATE: TimeDelta = TimeDelta::minutes(30);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EventParams {
    pub stack: Option<Stack>,
    pub order: Option<Order>,
    pub form: Option<Form>,
    pub thread: Option<usize>,
    /// Entries before the first that the page of a part shows.
    pub skip: usize,
    /// Of the graphs and counters beside the event.
    pub environment: Option<String>,
}

#[derive(Template)]
#[template(path = "issues/detail.html")]
struct IssuePage<'a> {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    bar: Option<EventBar>,
    event: Option<EventView<'a>>,
    /// There is an event, but what is stored of it can't be read.
    is_damaged: bool,
    /// Path of the event's page, where links to parts of it begin.
    here: String,
    /// The same without the slash, before `.txt` and `.md`.
    file: String,
    list_path: String,
    title: String,
    clock: String,
    /// Names and sizes.
    attachments: Vec<(String, String)>,
    environments: Vec<String>,
    /// Empty: all of them.
    environment: String,
    side: Side,
    people: People,
    note: Option<&'static str>,
    /// Name, address and words of the event's user.
    feedback: Option<(String, String, String)>,
    /// Artifacts came after the event.
    late: Option<String>,
}

/// Which event it is, and the way to the others.
pub struct EventBar {
    pub id: String,
    pub occurred: Markup,
    pub ago: Markup,
    pub received: String,
    pub latency: Option<String>,
    pub size: String,
    /// `3 of 7 stored`.
    pub place: String,
    pub oldest: Option<String>,
    pub older: Option<String>,
    pub newer: Option<String>,
    pub newest: Option<String>,
}

impl EventBar {
    fn short_id(&self) -> &str {
        &self.id[..8]
    }
}

pub async fn newest(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
    Query(params): Query<EventParams>,
) -> Result<Response> {
    let opened = frame::open(&app, &viewer, actor, (&organization, &id), "details").await?;
    show(&app, opened, &Wanted::Newest, Part::All, params).await
}

pub async fn of_event(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id, event)): Path<(String, String, String)>,
    Query(params): Query<EventParams>,
) -> Result<Response> {
    let opened = frame::open(&app, &viewer, actor, (&organization, &id), "details").await?;
    let wanted = Wanted::parse(&event).ok_or(Error::NotFound)?;
    show(&app, opened, &wanted, Part::All, params).await
}

pub async fn part(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id, event, name)): Path<(String, String, String, String)>,
    Query(params): Query<EventParams>,
) -> Result<Response> {
    let opened = frame::open(&app, &viewer, actor, (&organization, &id), "details").await?;
    let wanted = Wanted::parse(&event).ok_or(Error::NotFound)?;
    let part = Part::parse(&name).ok_or(Error::NotFound)?;
    show(&app, opened, &wanted, part, params).await
}

async fn show(app: &App, opened: Opened, wanted: &Wanted, part: Part, mut params: EventParams) -> Result<Response> {
    let Opened { issue, details, access, layout, mut frame } = opened;
    let t = layout.t;
    let found = stored::find(app, &issue, wanted).await?;
    let (environments, environment) = environment::of_project(app, &access, params.environment.take()).await?;
    let side = side::load(app, (&access.project, &issue, &environment), &details, &layout, &frame).await?;
    let note = found.as_ref().filter(|found| found.is_other).map(|_| t.issues_other_event());
    let bytes = found.as_ref().and_then(|found| found.json().ok()).unwrap_or_default();
    let tree = found.as_ref().and_then(|found| found.tree(&bytes).ok());
    let is_damaged = found.is_some() && tree.is_none();
    let mut json = tree.unwrap_or(Json::Null);
    let viewed = symbolication::resolve(app, issue.project_id, &mut json).await?;
    let late = (viewed.resolved > 0).then(|| t.issues_resolved_late(viewed.resolved));
    let people = people::load(app, &access.project, &issue, json.as_object(), t).await?;
    frame.suggested.clone_from(&people.owners);
    let json = visible::json(json);
    let event = Event::read(&json);
    let options = options(&params, &access.within.actor.user);
    let skip = if part == Part::All { 0 } else { params.skip };
    let view = (found.is_some() && !is_damaged).then(|| EventView::build(&event, Excerpt { part, skip }, options, t));
    let feedback = match &found {
        Some(found) => user_reports::find(&app.db, issue.project_id, found.event.event_id).await?,
        None => None,
    };
    let feedback = feedback
        .map(|report| (visible::string(report.name), visible::string(report.email), visible::string(report.comments)));
    let (bar, here, attachments) = match &found {
        Some(found) => {
            let base = format!("{}{}events/{}/", layout.base, frame.path, found.event.event_id.as_simple());
            let bar = read_bar(app, &issue, found, &layout, &frame).await?;
            (Some(bar), base, list_files(app, &issue, found.event.event_id).await?)
        }
        None => (None, String::new(), Vec::new()),
    };
    let page = IssuePage {
        t,
        bar,
        event: view,
        is_damaged,
        file: here.trim_end_matches('/').to_owned(),
        here,
        list_path: format!("{}{}", layout.base, frame.list_path),
        title: frame.title.clone(),
        clock: found.as_ref().map(|found| t.second(found.event.occurred_at)).unwrap_or_default(),
        attachments,
        environments,
        environment,
        side,
        people,
        note,
        feedback,
        late,
        frame,
        layout,
    };
    Ok(render(&page)?.into_response())
}

/// Names and sizes of an event's files.
async fn list_files(app: &App, issue: &Issue, event_id: uuid::Uuid) -> Result<Vec<(String, String)>> {
    let files = attachments::list(&app.db, issue.project_id, event_id, 100).await?;
    Ok(files.into_iter().map(|file| (visible::string(file.name), numbers::bytes(file.size))).collect())
}

/// What the address asks for, else what the viewer prefers.
fn options(params: &EventParams, user: &User) -> Options {
    let preferred = match user.stack_view.as_str() {
        "full" => Stack::Full,
        "raw" => Stack::Raw,
        _ => Stack::App,
    };
    let order = if user.stack_newest_first { Order::Newest } else { Order::Oldest };
    Options {
        stack: params.stack.unwrap_or(preferred),
        order: params.order.unwrap_or(order),
        form: params.form.unwrap_or_default(),
        thread: params.thread,
    }
}

async fn read_bar(app: &App, issue: &Issue, found: &Found, layout: &Layout, frame: &IssueFrame) -> Result<EventBar> {
    let t = layout.t;
    let event = &found.event;
    let Neighbours { oldest, older, newer, newest } =
        issue_events::find_neighbours(&app.db, issue.id, found.place()).await?;
    let (stored, up_to) = issue_events::count(&app.db, issue.id, event.occurred_at, MAX_COUNT + 1).await?;
    let path = |id: Option<uuid::Uuid>| id.map(|id| format!("{}{}events/{}/", layout.base, frame.path, id.as_simple()));
    let own = Some(event.event_id);
    let latency = event.received_at - event.occurred_at;
    Ok(EventBar {
        id: event.event_id.as_simple().to_string(),
        occurred: time::absolute(t, event.occurred_at),
        ago: time::ago(t, event.occurred_at, layout.now),
        received: time::absolute_text(t, event.received_at),
        latency: (latency > LATE).then(|| late(latency, t)),
        size: numbers::bytes(i64::from(event.size)),
        place: if stored > MAX_COUNT {
            t.issues_stored_many(grouped(MAX_COUNT))
        } else {
            t.issues_stored(up_to, stored)
        },
        oldest: path(oldest.filter(|_| oldest != own)),
        older: path(older),
        newer: path(newer),
        newest: path(newest.filter(|_| newest != own)),
    })
}

fn late(latency: TimeDelta, t: Messages) -> String {
    match latency.num_minutes() {
        minutes @ ..120 => t.issues_late(minutes),
        ..2_880 => t.issues_late_hours(latency.num_hours()),
        _ => t.issues_late_days(latency.num_days()),
    }
}

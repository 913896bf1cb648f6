//! The stored events of an issue as a table.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::DateTime;
use serde::Deserialize;
use uuid::Uuid;

use super::frame::{self, IssueFrame, Opened};
use crate::app::App;
use crate::protocol::event::Event;
use crate::store::event_lists::EventPlace;
use crate::store::events::Event as StoredEvent;
use crate::store::issue_events;
use crate::types::json::{self, Json};
use crate::types::lifecycle::Status;
use crate::web::error::{Error, Result};
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::messages::Messages;
use crate::web::{render, time, visible};

const PER_PAGE: usize = 25;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EventsParams {
    /// Time in microseconds and id of the last event of the page before.
    before: Option<String>,
}

#[derive(Template)]
#[template(path = "issues/events.html")]
struct EventsPage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    rows: Vec<EventRow>,
    next: Option<String>,
}

struct EventRow {
    id: String,
    at: Markup,
    /// Empty where it says what the head of the page says.
    title: String,
    user: String,
    release: String,
    environment: String,
    browser: String,
    url: String,
}

impl EventRow {
    fn short_id(&self) -> &str {
        &self.id[..8]
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
    Query(params): Query<EventsParams>,
) -> Result<Response> {
    let Opened { issue, layout, frame, .. } = frame::open(&app, &viewer, actor, (&organization, &id), "events").await?;
    let before = params
        .before
        .as_deref()
        .map(|text| parse_place(text).ok_or_else(|| Error::bad_request("the page is not valid")));
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let mut events = issue_events::list(&app.db, issue.id, before.transpose()?, limit).await?;
    let has_more = events.len() > PER_PAGE;
    events.truncate(PER_PAGE);
    let next = events.last().filter(|_| has_more).map(|event| {
        format!(
            "{}{}events/?before={}-{}",
            layout.base,
            frame.path,
            event.occurred_at.timestamp_micros(),
            event.event_id.as_simple()
        )
    });
    let head =
        if frame.message.is_empty() { frame.title.clone() } else { format!("{}: {}", frame.title, frame.message) };
    let mut rows: Vec<EventRow> = events.iter().map(|event| row(event, &layout)).collect();
    // Long titles are stored cut.
    let says_the_same = |title: &str| head.starts_with(title.trim_end_matches(['.', '…']));
    rows.iter_mut().filter(|row| says_the_same(&row.title)).for_each(|row| row.title.clear());
    render(&EventsPage { t: layout.t, frame, rows, next, layout })
}

fn parse_place(text: &str) -> Option<EventPlace> {
    let (micros, id) = text.rsplit_once('-')?;
    Some(EventPlace {
        event_id: Uuid::try_parse(id).ok()?,
        occurred_at: DateTime::from_timestamp_micros(micros.parse().ok()?)?,
    })
}

fn row(stored: &StoredEvent, layout: &Layout) -> EventRow {
    let bytes = stored.json().unwrap_or_default();
    let tree = visible::json(json::parse(&bytes).unwrap_or(Json::Null));
    let event = Event::read(&tree);
    let tag = |key: &str| event.tag(key).unwrap_or_default().to_owned();
    EventRow {
        id: stored.event_id.as_simple().to_string(),
        at: time::absolute(layout.t, stored.occurred_at),
        title: event.title.as_deref().unwrap_or_default().to_owned(),
        user: event.user.as_ref().and_then(|user| user.label()).unwrap_or_default().to_owned(),
        release: event.release.as_deref().unwrap_or_default().to_owned(),
        environment: event.environment.as_deref().unwrap_or_default().to_owned(),
        browser: tag("browser"),
        url: tag("url"),
    }
}

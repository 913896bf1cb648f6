//! The stored events of an issue as a table, with a search.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::DateTime;
use serde::Deserialize;
use uuid::Uuid;

use super::frame::{self, IssueFrame, Opened};
use crate::app::App;
use crate::messages::Messages;
use crate::protocol::event::Event;
use crate::services::event_search::{self, Filter, Found, InvalidToken, Start};
use crate::store::event_lists::EventPlace;
use crate::store::events::Event as StoredEvent;
use crate::types::json::{self, Json};
use crate::types::lifecycle::Status;
use crate::web::error::{Error, Result};
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::{render, time, visible};

const PER_PAGE: usize = 25;
/// Tags that may be columns of their own.
const MAX_COLUMNS: usize = 8;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EventsParams {
    /// Time in microseconds and id of the last event of the page before.
    before: Option<String>,
    /// The same of the first event of the page after.
    after: Option<String>,
    query: String,
    /// Keys of tags, with commas between.
    columns: String,
}

#[derive(Template)]
#[template(path = "issues/events.html")]
struct EventsPage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    query: String,
    columns: Vec<String>,
    problem: Option<String>,
    rows: Vec<EventRow>,
    newer: Option<String>,
    older: Option<String>,
    /// How far a search for words came, and where it goes on.
    looked_at: Option<(String, String)>,
}

struct EventRow {
    id: String,
    at: Markup,
    place: String,
    /// Empty where it says what the head of the page says.
    title: String,
    user: String,
    release: String,
    environment: String,
    browser: String,
    os: String,
    url: String,
    columns: Vec<String>,
}

impl EventRow {
    fn short_id(&self) -> &str {
        &self.id[..8]
    }
}

impl EventsPage {
    fn columns_text(&self) -> String {
        self.columns.join(", ")
    }
}

/// The list's address with another place in it.
struct Here {
    path: String,
    query: String,
    columns: String,
}

impl Here {
    fn at(&self, name: &str, place: &str) -> String {
        let mut parameters = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("query", self.query.as_str()), ("columns", &self.columns), (name, place)] {
            if !value.is_empty() {
                parameters.append_pair(name, value);
            }
        }
        format!("{}?{}", self.path, parameters.finish())
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
    let t = layout.t;
    let start = start(&params)?;
    let columns = columns(&params.columns);
    let here = Here {
        path: format!("{}{}events/", layout.base, frame.path),
        query: params.query.trim().to_owned(),
        columns: columns.join(","),
    };
    let (found, problem) = match Filter::parse(&here.query) {
        Ok(filter) => (event_search::list(&app, &issue, &filter, start, PER_PAGE + 1).await?, None),
        Err(InvalidToken(token)) => (Found::default(), Some(t.tags_not_understood(visible::text(&token)))),
    };
    let Found { mut events, stopped_at, read } = found;
    let has_more = events.len() > PER_PAGE;
    events.truncate(PER_PAGE);
    let is_backward = matches!(start, Start::After(_));
    if is_backward {
        events.reverse();
    }
    let is_first = matches!(start, Start::Before(None));
    let mut rows: Vec<EventRow> = events.iter().map(|event| row(event, &columns, &layout)).collect();
    let newer = rows.first().filter(|_| if is_backward { has_more } else { !is_first });
    let newer = newer.map(|row| here.at("after", &row.place));
    let older = rows.last().filter(|_| has_more || is_backward).map(|row| here.at("before", &row.place));
    let looked_at = stopped_at.map(|place| {
        let next = if is_backward { "after" } else { "before" };
        (t.tags_looked_at(read, time::absolute_text(t, place.occurred_at)), here.at(next, &written(place)))
    });
    shorten_titles(&mut rows, &frame);
    let page = EventsPage { t, query: here.query, columns, problem, rows, newer, older, looked_at, frame, layout };
    render(&page)
}

/// What the head of the page says need not be said in each row.
fn shorten_titles(rows: &mut [EventRow], frame: &IssueFrame) {
    let head =
        if frame.message.is_empty() { frame.title.clone() } else { format!("{}: {}", frame.title, frame.message) };
    // Long titles are stored cut.
    let says_the_same = |title: &str| head.starts_with(title.trim_end_matches(['.', '…']));
    rows.iter_mut().filter(|row| says_the_same(&row.title)).for_each(|row| row.title.clear());
}

fn start(params: &EventsParams) -> Result<Start> {
    let place = |text: &str| parse_place(text).ok_or_else(|| Error::bad_request("the page is not valid"));
    match (params.after.as_deref(), params.before.as_deref()) {
        (Some(after), _) => Ok(Start::After(place(after)?)),
        (None, Some(before)) => Ok(Start::Before(Some(place(before)?))),
        (None, None) => Ok(Start::Before(None)),
    }
}

fn columns(text: &str) -> Vec<String> {
    let is_key = |key: &&str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_.-:".contains(c));
    let mut keys: Vec<String> = Vec::new();
    for key in text.split([',', ' ']).map(str::trim).filter(is_key) {
        if keys.len() < MAX_COLUMNS && !keys.iter().any(|known| known == key) {
            keys.push(key.chars().take(32).collect());
        }
    }
    keys
}

fn written(place: EventPlace) -> String {
    format!("{}-{}", place.occurred_at.timestamp_micros(), place.event_id.as_simple())
}

fn parse_place(text: &str) -> Option<EventPlace> {
    let (micros, id) = text.rsplit_once('-')?;
    Some(EventPlace {
        event_id: Uuid::try_parse(id).ok()?,
        occurred_at: DateTime::from_timestamp_micros(micros.parse().ok()?)?,
    })
}

fn row(stored: &StoredEvent, columns: &[String], layout: &Layout) -> EventRow {
    let bytes = stored.json().unwrap_or_default();
    let tree = visible::json(json::parse(&bytes).unwrap_or(Json::Null));
    let event = Event::read(&tree);
    let tag = |key: &str| event.tag(key).unwrap_or_default().to_owned();
    EventRow {
        id: stored.event_id.as_simple().to_string(),
        at: time::absolute(layout.t, stored.occurred_at),
        place: written(EventPlace { event_id: stored.event_id, occurred_at: stored.occurred_at }),
        title: event.title.as_deref().unwrap_or_default().to_owned(),
        user: event.user.as_ref().and_then(|user| user.label()).unwrap_or_default().to_owned(),
        release: event.release.as_deref().unwrap_or_default().to_owned(),
        environment: event.environment.as_deref().unwrap_or_default().to_owned(),
        browser: tag("browser"),
        os: tag("os"),
        url: tag("url"),
        columns: columns.iter().map(|key| tag(key)).collect(),
    }
}

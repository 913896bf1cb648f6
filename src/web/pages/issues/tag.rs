//! The values of one tag of an issue: how often each, by how many users, when; and all of them as a file.

use std::collections::HashMap;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;

use super::address::encode;
use super::event::frames::is_web_address;
use super::event::summary::tag_query;
use super::frame::{self, IssueFrame, Opened};
use super::meters::percent;
use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::store::event_users::{self, EventUser};
use crate::store::tag_counts::{self, Order, TagValue};
use crate::types::ids::IssueId;
use crate::types::lifecycle::Status;
use crate::types::user_part::UserPart;
use crate::web::error::{Error, Result};
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::pages::numbered::Page;
use crate::web::{csv, render, time, visible};

const PER_PAGE: u16 = 50;
/// Users beside a value are counted among so many of the newest events.
const USERS_AMONG: i64 = 5_000;
/// Rows of the file that are in memory at a time.
const CHUNK: i64 = 1_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ValuesParams {
    sort: String,
    page: String,
}

#[derive(Template)]
#[template(path = "issues/tag.html")]
struct TagPage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    key: String,
    encoded_key: String,
    count: String,
    is_user: bool,
    sorts: Vec<(&'static str, &'static str, bool)>,
    rows: Vec<ValueRow>,
    previous: Option<String>,
    next: Option<String>,
    among: String,
}

struct ValueRow {
    value: String,
    user: Option<UserRow>,
    link: Option<String>,
    /// Search for issues with this value, and for events of this issue.
    query: String,
    percent: i64,
    events: String,
    users: String,
    first_seen: Markup,
    last_seen: Markup,
}

/// What is known of a user.
struct UserRow {
    name: Option<String>,
    parts: Vec<(&'static str, String)>,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id, key)): Path<(String, String, String)>,
    Query(params): Query<ValuesParams>,
) -> Result<Response> {
    let Opened { issue, layout, frame, .. } = frame::open(&app, &viewer, actor, (&organization, &id), "tags").await?;
    let key = known_key(key)?;
    let t = layout.t;
    let (order, page) = (order(&params.sort), Page::parse(&params.page, PER_PAGE));
    let mut values = tag_counts::list_values_of_issue(&app.db, issue.id, &key, order, page.range()).await?;
    let count = tag_counts::count_values_of_issue(&app.db, issue.id, &key).await?;
    let encoded_key = encode(&key);
    let address =
        |number| format!("{}{}tags/{encoded_key}/?sort={}&page={number}", layout.base, frame.path, word(order));
    let (previous, next) = page.cut(&mut values, address);
    let ids: Vec<i64> = values.iter().map(|value| value.id).collect();
    let users = tag_counts::count_users_beside(&app.db, issue.id, &ids, USERS_AMONG).await?.into_iter().collect();
    let mut known = event_users::list(&app.db, &values).await?;
    let rows = values.iter().map(|value| row((value, known.remove(&value.id)), issue.times_seen, &users, &layout));
    let rows = rows.collect();
    let sorts = [
        (t.issues_events(), Order::MostEvents),
        (t.issues_last_seen(), Order::LastSeen),
        (t.issues_first_seen(), Order::FirstSeen),
    ];
    render(&TagPage {
        t,
        is_user: key == "user",
        key: visible::string(key),
        encoded_key,
        count: grouped(count),
        sorts: sorts.map(|(label, sort)| (label, word(sort), sort == order)).to_vec(),
        rows,
        previous,
        next,
        among: grouped(USERS_AMONG),
        frame,
        layout,
    })
}

/// No tag has U+0000 in its key.
fn known_key(key: String) -> Result<String> {
    if key.contains('\0') { Err(Error::NotFound) } else { Ok(key) }
}

fn order(sort: &str) -> Order {
    match sort {
        "date" => Order::LastSeen,
        "age" => Order::FirstSeen,
        _ => Order::MostEvents,
    }
}

fn word(order: Order) -> &'static str {
    match order {
        Order::MostEvents => "count",
        Order::LastSeen => "date",
        Order::FirstSeen => "age",
    }
}

fn row(
    (value, user): (&TagValue, Option<EventUser>),
    total: i64,
    users: &HashMap<i64, i64>,
    layout: &Layout,
) -> ValueRow {
    let shown = visible::text(&value.value).into_owned();
    ValueRow {
        link: Some(shown.clone()).filter(|text| is_web_address(text)),
        user: user.map(user_row),
        query: tag_query(&value.key, &value.value),
        percent: percent(value.events, total.max(1)),
        events: grouped(value.events),
        users: users.get(&value.id).map_or_else(|| "–".to_owned(), |users| grouped(*users)),
        first_seen: time::ago(layout.t, value.first_seen, layout.now),
        last_seen: time::ago(layout.t, value.last_seen, layout.now),
        value: shown,
    }
}

fn user_row(user: EventUser) -> UserRow {
    let part = |part: UserPart| Some((part.as_str(), visible::text(user.part(part)?).into_owned()));
    UserRow { parts: UserPart::ALL.into_iter().filter_map(part).collect(), name: user.name.map(visible::string) }
}

/// `…/tags/{key}/export/`: all values, read and sent piece by piece.
pub async fn export(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id, key)): Path<(String, String, String)>,
) -> Result<Response> {
    let opened = frame::open(&app, &viewer, actor, (&organization, &id), "tags").await?;
    let key = known_key(key)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, csv::disposition(&format!("{}-{key}", opened.frame.short_id))),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(lines(app, viewer.messages(), opened.issue.id, key))).into_response())
}

fn lines(
    app: App,
    t: Messages,
    issue_id: IssueId,
    key: String,
) -> impl futures_util::Stream<Item = sqlx::Result<String>> {
    let is_user = key == "user";
    let mut head = String::new();
    let parts: &[&str] = if is_user { &["id", "email", "username", "ip_address"] } else { &[] };
    let name: &[&str] = if is_user { &["name"] } else { &[] };
    let times = ["times_seen", "last_seen", "first_seen"];
    csv::row(&mut head, ["value"].iter().chain(parts).chain(&times).chain(name));
    stream::try_unfold((app, key, Some(0), head), move |(app, key, after, mut text)| async move {
        let Some(after) = after else { return Ok(None) };
        let values = tag_counts::list_values_of_issue_after(&app.db, issue_id, &key, after, CHUNK).await?;
        let users = event_users::list(&app.db, &values).await?;
        for value in &values {
            line(&mut text, t, value, users.get(&value.id));
        }
        let is_full = i64::try_from(values.len()).is_ok_and(|length| length == CHUNK);
        let next = values.last().filter(|_| is_full).map(|value| value.id);
        Ok(Some((text, (app, key, next, String::new()))))
    })
}

fn line(out: &mut String, t: Messages, value: &TagValue, user: Option<&EventUser>) {
    let mut cells = vec![value.value.clone()];
    let mut name = Vec::new();
    if let Some(user) = user {
        let parts = [&user.id, &user.email, &user.username, &user.ip];
        cells.extend(parts.map(|part| part.clone().unwrap_or_default()));
        name.extend([user.name.clone().unwrap_or_default()]);
    }
    cells.push(value.events.to_string());
    cells.extend([value.last_seen, value.first_seen].map(|at| time::machine(t, at)));
    cells.extend(name);
    csv::row(out, cells);
}

//! A shared issue with its newest event.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::protocol::event::Event;
use crate::services::issues::{find_shared, without_user_data};
use crate::services::symbolication;
use crate::store::issues::Issue;
use crate::store::projects;
use crate::types::json::Json;
use crate::types::level::Level;
use crate::types::short_id;
use crate::web::error::{Error, Result};
use crate::web::extract::Viewer;
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::pages::issues::detail::EventParams;
use crate::web::pages::issues::event::excerpt::Excerpt;
use crate::web::pages::issues::event::frames::Row;
use crate::web::pages::issues::event::options::{Form, Options, Order, Stack};
use crate::web::pages::issues::event::view::{EventView, Part};
use crate::web::pages::issues::stored::{self, Wanted};
use crate::web::pages::issues::{level_icon, level_word, rows};
use crate::web::{render, time, visible};

#[derive(Template)]
#[template(path = "share/issue.html")]
struct SharedPage<'a> {
    layout: Layout,
    t: Messages,
    short_id: String,
    title: String,
    message: String,
    culprit: String,
    level: Level,
    level_word: &'static str,
    icon: &'static str,
    events: String,
    first_seen: Markup,
    last_seen: Markup,
    event: Option<EventView<'a>>,
    /// Where links to other ways of looking at the event begin.
    here: String,
}

/// `GET /share/issue/{token}/`.
pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(token): Path<String>,
    Query(params): Query<EventParams>,
) -> Result<Response> {
    shared(&app, &viewer, &token, Part::All, params).await
}

/// The stack trace with all the room a page has.
pub async fn part(
    State(app): State<App>,
    viewer: Viewer,
    Path(token): Path<String>,
    Query(params): Query<EventParams>,
) -> Result<Response> {
    shared(&app, &viewer, &token, Part::Stack, params).await
}

/// What is shown of the event, as JSON.
pub async fn json(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    let issue = find_shared(&app, &token).await?.ok_or(Error::NotFound)?;
    let bytes = newest(&app, &issue).await?.ok_or(Error::NotFound)?;
    let tree = public_tree(&app, &issue, &bytes).await?.to_string();
    Ok(unlisted(([(header::CONTENT_TYPE, "application/json; charset=utf-8")], tree).into_response()))
}

async fn shared(app: &App, viewer: &Viewer, token: &str, part: Part, params: EventParams) -> Result<Response> {
    let issue = find_shared(app, token).await?.ok_or(Error::NotFound)?;
    let project = projects::find(&app.db, issue.project_id).await?.ok_or(Error::NotFound)?;
    let layout = Layout::new(app, viewer);
    let (t, now) = (layout.t, layout.now);
    let bytes = newest(app, &issue).await?;
    let tree = match &bytes {
        Some(bytes) => public_tree(app, &issue, bytes).await?,
        None => Json::Null,
    };
    let json = visible::json(tree);
    let event = Event::read(&json);
    let skip = if part == Part::All { 0 } else { params.skip };
    let options = Options {
        stack: params.stack.unwrap_or(Stack::App),
        order: params.order.unwrap_or(Order::Newest),
        form: params.form.unwrap_or_default(),
        thread: params.thread,
    };
    let view = bytes.is_some().then(|| EventView::build(&event, Excerpt { part, skip }, options, t));
    let (title, message) = rows::headline(&issue.title, &issue.metadata);
    let page = SharedPage {
        short_id: short_id::format(&project.slug, issue.short_id),
        title,
        message,
        culprit: visible::text(&issue.culprit).into_owned(),
        level: issue.level,
        level_word: level_word(t, issue.level),
        icon: level_icon(issue.level),
        events: grouped(issue.times_seen),
        first_seen: time::absolute(t, issue.first_seen),
        last_seen: time::ago(t, issue.last_seen, now),
        event: view,
        here: format!("{}/share/issue/{token}/", layout.base),
        t,
        layout,
    };
    Ok(unlisted(render(&page)?))
}

/// The newest event's JSON, if any is stored and can be read.
async fn newest(app: &App, issue: &Issue) -> Result<Option<Vec<u8>>> {
    Ok(stored::find(app, issue, &Wanted::Newest).await?.and_then(|found| found.json().ok()))
}

async fn public_tree<'b>(app: &App, issue: &Issue, bytes: &'b [u8]) -> Result<Json<'b>> {
    let mut tree = crate::types::json::parse(bytes).unwrap_or(Json::Null);
    // Resolved first: the release leads to the artifacts.
    symbolication::resolve(app, issue.project_id, &mut tree).await?;
    without_user_data(&mut tree);
    Ok(tree)
}

/// A link is for those it was given to.
fn unlisted(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

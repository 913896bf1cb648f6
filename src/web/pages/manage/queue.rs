//! Events that could not be saved: why, and another chance.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::app::App;
use crate::services::events;
use crate::services::stats::{self, Queue};
use crate::volatile::event_stream::DeadEvent;
use crate::web::error::{Error, Result};
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::render;

const PER_PAGE: usize = 50;
const PATH: &str = "/manage/queue/";

#[derive(Template)]
#[template(path = "manage/queue.html")]
struct QueuePage {
    layout: Layout,
    queue: Queue,
    dead: Vec<DeadEvent>,
    /// Where the next page begins.
    next: Option<String>,
}

#[derive(Deserialize)]
pub struct QueueParams {
    before: Option<String>,
}

#[derive(Deserialize)]
pub struct DeadPath {
    event: String,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    _access: SuperuserAccess,
    Query(params): Query<QueueParams>,
) -> Result<Response> {
    let before = params.before.as_deref().filter(|id| is_stream_id(id));
    let dead = events::list_dead(&app, before, PER_PAGE).await?;
    let next = dead.last().filter(|_| dead.len() == PER_PAGE).map(|event| event.id.clone());
    let layout = Layout::in_section(&app, &viewer, Section::Admin);
    render(&QueuePage { layout, queue: stats::queue(&app).await?, dead, next })
}

pub async fn replay(
    State(app): State<App>,
    viewer: Viewer,
    _access: SuperuserAccess,
    Path(path): Path<DeadPath>,
) -> Result<Response> {
    let id = Some(path.event).filter(|id| is_stream_id(id)).ok_or(Error::NotFound)?;
    if !events::replay_dead(&app, &id).await? {
        return Err(Error::NotFound);
    }
    redirect_with(&app, &viewer, PATH, viewer.messages().manage_replayed()).await
}

pub async fn forget(
    State(app): State<App>,
    viewer: Viewer,
    _access: SuperuserAccess,
    Path(path): Path<DeadPath>,
) -> Result<Response> {
    let id = Some(path.event).filter(|id| is_stream_id(id)).ok_or(Error::NotFound)?;
    events::drop_dead(&app, &id).await?;
    redirect_with(&app, &viewer, PATH, viewer.messages().manage_dropped()).await
}

/// `<milliseconds>-<sequence>`, as Redis writes it; it refuses anything else with an error.
fn is_stream_id(text: &str) -> bool {
    let is_number = |part: &str| part.parse::<u64>().is_ok() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').is_some_and(|(time, sequence)| is_number(time) && is_number(sequence))
}

//! The events of an issue: all of them, the latest, the oldest, or one.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;

use super::get::detail;
use super::list::{answer, answer_page, slice};
use super::stored::{EventPath, StoredEvent, parse_id};
use crate::app::App;
use crate::services::event_search::{self, Filter, InvalidToken, Start, place_at};
use crate::store::event_lists::{self, EventPlace};
use crate::store::events::Event;
use crate::types::cursor::Cursor;
use crate::web::api::issues::ISSUE_PATHS;
use crate::web::api::lists::Params;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{IssueAccess, Pagination};

/// Events of one moment that a page may skip.
const MAX_SKIP: i64 = 1_000;

pub fn routes() -> Router<App> {
    ISSUE_PATHS.into_iter().fold(Router::new(), |router, issue| {
        router.route(&format!("{issue}/events/"), get(list)).route(&format!("{issue}/events/{{event}}/"), get(show))
    })
}

/// `query` asks for tags (`key:value`, `!key:value`) and words of the message.
async fn list(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    params: Params,
    pagination: Pagination,
) -> Result<Response> {
    let filter = Filter::parse(&params.query)
        .map_err(|InvalidToken(token)| Error::bad_request(format!("`{token}` in the query is not understood")))?;
    if !filter.is_empty() {
        return search(&app, &access, &filter, &pagination).await;
    }
    let slice = slice(&pagination);
    let places = if pagination.cursor.is_previous {
        event_lists::list_since(&app.db, access.issue.id, slice).await?
    } else {
        event_lists::list_before(&app.db, access.issue.id, slice).await?
    };
    answer(&app, &access.within.project, &pagination, places).await
}

/// A page of what matches. Searching for words stops after a number of events; the next page goes on there.
async fn search(
    app: &App,
    access: &IssueAccess<EventRead>,
    filter: &Filter,
    pagination: &Pagination,
) -> Result<Response> {
    let slice = slice(pagination);
    let is_backward = pagination.cursor.is_previous;
    // Every event at the cursor's time is looked at; those of it that were shown are skipped.
    let start = if is_backward { Start::After(place_at(slice.at)) } else { Start::Before(Some(place_at(slice.at))) };
    let size = |number: i64| usize::try_from(number).unwrap_or(0);
    let limit = size(slice.skip.min(MAX_SKIP)) + size(slice.limit);
    let found = event_search::list(app, &access.issue, filter, start, limit).await?;
    let place = |event: &Event| EventPlace { event_id: event.event_id, occurred_at: event.occurred_at };
    let mut places: Vec<EventPlace> = found.events.iter().map(place).skip(size(slice.skip)).collect();
    let project = &access.within.project;
    let Some(stopped_at) = found.stopped_at else { return answer(app, project, pagination, places).await };
    let mut page = pagination.keyset_page(&mut places, |place| place.occurred_at.timestamp_millis());
    let cursor = Cursor { value: stopped_at.occurred_at.timestamp_millis(), offset: 0, is_previous: is_backward };
    if is_backward {
        (page.previous, page.has_previous) = (cursor, true);
    } else {
        (page.next, page.has_next) = (cursor, true);
    }
    answer_page(app, project, pagination, &page, &places).await
}

/// `latest`, `oldest`, or an event's id.
async fn show(State(app): State<App>, access: IssueAccess<EventRead>, path: Path<EventPath>) -> Result<Response> {
    let issue_id = access.issue.id;
    let id = |place: Option<EventPlace>| place.map(|place| place.event_id).ok_or(Error::NotFound);
    let event_id = match path.event.as_str() {
        "latest" => id(event_lists::find_latest(&app.db, issue_id).await?)?,
        "oldest" => id(event_lists::find_oldest(&app.db, issue_id).await?)?,
        _ => parse_id(&path)?,
    };
    let stored = StoredEvent::find(&app, access.within.project.id, event_id).await?;
    if stored.row.issue_id != issue_id {
        return Err(Error::NotFound);
    }
    detail(&app, &stored).await
}

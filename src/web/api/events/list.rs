//! `GET /projects/{organization}/{project}/events/`: newest first.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::stored::StoredEvent;
use super::view::EventView;
use crate::app::App;
use crate::store::event_lists::{self, EventPlace, Slice};
use crate::store::projects::Project;
use crate::web::api::lists::Params;
use crate::web::error::Result;
use crate::web::extract::needs::EventRead;
use crate::web::extract::{Page, Pagination, ProjectAccess};

/// More issues than any project has that is not itself the problem.
const ALL_ISSUES: i64 = 100_000;

pub async fn list(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    params: Params,
    pagination: Pagination,
) -> Result<Response> {
    let slice = slice(&pagination);
    let (project, text) = (&access.project, params.query.trim());
    let places = if pagination.cursor.is_previous {
        event_lists::list_of_project_since(&app.db, project.id, text, slice).await?
    } else {
        let is_first = pagination.cursor.value == 0;
        let issues = if is_first { slice.limit } else { ALL_ISSUES };
        event_lists::list_of_project_before(&app.db, project.id, text, slice, issues).await?
    };
    answer(&app, project, &pagination, places).await
}

/// The rows that a cursor asks for, and one more that tells whether there are others.
pub fn slice(pagination: &Pagination) -> Slice {
    let cursor = pagination.cursor;
    let at = match (cursor.is_previous, cursor.value) {
        (true, value) => DateTime::from_timestamp_millis(value),
        (false, 0) => None,
        // Times are finer than cursors: the whole millisecond belongs to the page, less what was shown of it.
        (false, value) => DateTime::from_timestamp_millis(value.saturating_add(1)),
    };
    Slice { at: at.unwrap_or(DateTime::<Utc>::MAX_UTC), skip: cursor.offset.max(0), limit: pagination.per_page + 1 }
}

/// The page of these places, with its links.
pub async fn answer(
    app: &App,
    project: &Project,
    pagination: &Pagination,
    mut places: Vec<EventPlace>,
) -> Result<Response> {
    let page = pagination.keyset_page(&mut places, |place| place.occurred_at.timestamp_millis());
    answer_page(app, project, pagination, &page, &places).await
}

/// These places, with these links.
pub async fn answer_page(
    app: &App,
    project: &Project,
    pagination: &Pagination,
    page: &Page,
    places: &[EventPlace],
) -> Result<Response> {
    let headers: HeaderMap = pagination.headers(page);
    let stored = StoredEvent::list(app, project.id, places).await?;
    let trees = stored.iter().map(StoredEvent::tree).collect::<Result<Vec<_>>>()?;
    let views: Vec<_> = stored.iter().zip(&trees).map(|(stored, tree)| EventView::of(stored, tree)).collect();
    Ok((headers, Json(views)).into_response())
}

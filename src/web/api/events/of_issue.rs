//! The events of an issue: all of them, the latest, the oldest, or one.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;

use super::get::detail;
use super::list::{answer, slice};
use super::stored::{EventPath, StoredEvent, parse_id};
use crate::app::App;
use crate::store::event_lists::{self, EventPlace};
use crate::web::api::issues::ISSUE_PATHS;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{IssueAccess, Pagination};

pub fn routes() -> Router<App> {
    ISSUE_PATHS.into_iter().fold(Router::new(), |router, issue| {
        router.route(&format!("{issue}/events/"), get(list)).route(&format!("{issue}/events/{{event}}/"), get(show))
    })
}

async fn list(State(app): State<App>, access: IssueAccess<EventRead>, pagination: Pagination) -> Result<Response> {
    let slice = slice(&pagination);
    let places = if pagination.cursor.is_previous {
        event_lists::list_since(&app.db, access.issue.id, slice).await?
    } else {
        event_lists::list_before(&app.db, access.issue.id, slice).await?
    };
    answer(&app, &access.within.project, &pagination, places).await
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

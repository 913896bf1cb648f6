//! `/issues/{issue}/hashes/`: what leads events to the issue, and the way to take some of it off.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::search::IssueScope;
use crate::app::App;
use crate::services::issues::{self, Error as Refusal};
use crate::store::event_lists::EventPlace;
use crate::store::issue_hashes;
use crate::web::api::events::{EventView, StoredEvent};
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{EventRead, EventWrite};
use crate::web::extract::{IssueAccess, Pagination};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HashView {
    id: String,
    /// The newest event that the hash decided about.
    latest_event: Option<Value>,
    /// `locked`: a job is moving its events.
    state: &'static str,
}

/// Nobody goes through more.
const LIMIT: i64 = 1_000;

pub async fn list(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    pagination: Pagination,
) -> Result<(HeaderMap, Json<Vec<HashView>>)> {
    let mut rows = issue_hashes::list_events(&app.db, access.issue.id, LIMIT).await?;
    let skipped = usize::try_from(pagination.offset()).unwrap_or(usize::MAX).min(rows.len());
    rows.drain(..skipped);
    let page = pagination.cut_offset_page(&mut rows);
    let place =
        |row: &issue_hashes::HashEvents| Some(EventPlace { event_id: row.event_id?, occurred_at: row.occurred_at? });
    let places: Vec<EventPlace> = rows.iter().filter_map(place).collect();
    let mut events: HashMap<Uuid, Value> = HashMap::new();
    for stored in StoredEvent::list(&app, access.issue.project_id, &places).await? {
        let tree = stored.tree()?;
        events.insert(stored.row.event_id, serde_json::to_value(EventView::of(&stored, &tree))?);
    }
    let views = rows.into_iter().map(|row| HashView {
        id: row.hash.as_simple().to_string(),
        latest_event: row.event_id.and_then(|id| events.remove(&id)),
        state: if row.is_locked { "locked" } else { "unlocked" },
    });
    Ok((pagination.headers(&page), Json(views.collect())))
}

/// Takes the hashes named by `id` off the issue: their events become an issue of their own.
pub async fn unmerge(State(app): State<App>, access: IssueAccess<EventWrite>, uri: Uri) -> Result<StatusCode> {
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let hashes: Vec<Uuid> = pairs
        .filter(|(name, _)| name == "id")
        .map(|(_, text)| Uuid::try_parse(&text).map_err(|_| Error::bad_request("id is a hash of 32 digits")))
        .collect::<Result<_>>()?;
    let issue = access.issue;
    let scope = IssueScope::of_project(access.within);
    match issues::unmerge(&app, scope.owner()?, &issue, &hashes).await {
        Ok(_) => Ok(StatusCode::ACCEPTED),
        Err(Refusal::NoHash) => Ok(StatusCode::OK),
        Err(error) => Err(error.into()),
    }
}

//! `GET /issues/{issue}/hashes/`: what leads events to the issue.

use axum::extract::State;
use serde::Serialize;

use crate::app::App;
use crate::store::issue_hashes;
use crate::web::api::lists::{ListAnswer, page_of};
use crate::web::error::Result;
use crate::web::extract::needs::EventRead;
use crate::web::extract::{IssueAccess, Pagination};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HashView {
    id: String,
    /// Events do not remember which of their hashes led them.
    latest_event: Option<()>,
    state: &'static str,
}

pub async fn list(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    pagination: Pagination,
) -> Result<ListAnswer<HashView>> {
    let hashes = issue_hashes::list_of_issue(&app.db, access.issue.id).await?;
    let view = |hash: uuid::Uuid| HashView { id: hash.as_simple().to_string(), latest_event: None, state: "unlocked" };
    Ok(page_of(&pagination, hashes.into_iter().map(view).collect()))
}

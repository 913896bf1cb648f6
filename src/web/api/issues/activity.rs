//! The history of an issue, and the comments in it.

use std::collections::HashMap;

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::store::activities::{self, Activity};
use crate::store::users::{self, User};
use crate::types::ids::{IssueId, UserId};
use crate::web::api::date::Date;
use crate::web::api::lists::{ListAnswer, page_of};
use crate::web::api::users::UserView;
use crate::web::error::Result;
use crate::web::extract::needs::EventRead;
use crate::web::extract::{IssueAccess, Pagination};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    id: String,
    /// `null`: Picket did it.
    user: Option<UserView>,
    #[serde(rename = "type")]
    kind: String,
    data: Value,
    date_created: Date,
}

/// Nobody reads further back.
const MAX_ENTRIES: i64 = 1000;

/// `GET /issues/{issue}/activities/`: the newest first.
pub async fn list(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    pagination: Pagination,
) -> Result<ListAnswer<ActivityView>> {
    Ok(page_of(&pagination, views(&app, access.issue.id, MAX_ENTRIES, |_| true).await?))
}

/// `GET /issues/{issue}/notes/`: the comments, newest first.
pub async fn notes(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    pagination: Pagination,
) -> Result<ListAnswer<ActivityView>> {
    let is_note = |entry: &Activity| entry.kind == "note";
    Ok(page_of(&pagination, views(&app, access.issue.id, MAX_ENTRIES, is_note).await?))
}

/// The entries that are asked for, with the people who made them.
pub async fn views(
    app: &App,
    issue_id: IssueId,
    limit: i64,
    is_wanted: impl Fn(&Activity) -> bool,
) -> Result<Vec<ActivityView>> {
    let mut entries = activities::list(&app.db, issue_id, limit).await?;
    entries.retain(is_wanted);
    let mut ids: Vec<i64> = entries.iter().filter_map(|entry| entry.user_id.map(|id| id.0)).collect();
    ids.sort_unstable();
    ids.dedup();
    let people: HashMap<UserId, User> =
        users::list(&app.db, &ids).await?.into_iter().map(|user| (user.id, user)).collect();
    let view = |entry: Activity| ActivityView {
        id: entry.id.to_string(),
        user: entry.user_id.and_then(|id| people.get(&id)).map(UserView::of),
        kind: entry.kind,
        data: entry.data,
        date_created: entry.created_at.into(),
    };
    Ok(entries.into_iter().map(view).collect())
}

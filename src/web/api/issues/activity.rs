//! The history of an issue, and the comments in it.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::services::notes::{self as services, Draft, MAX_TEXT, People};
use crate::store::activities::{self, Activity, Slice};
use crate::store::users::{self, User};
use crate::types::ids::{ActivityId, IssueId, UserId};
use crate::web::api::body::Fields;
use crate::web::api::date::Date;
use crate::web::api::lists::ListAnswer;
use crate::web::api::users::UserView;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{EventRead, EventWrite};
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

/// `GET /issues/{issue}/activities/`: the newest first.
pub async fn list(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    pagination: Pagination,
) -> Result<ListAnswer<ActivityView>> {
    page(&app, access.issue.id, None, &pagination).await
}

/// `GET /issues/{issue}/notes/`: the comments, newest first.
pub async fn notes(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    pagination: Pagination,
) -> Result<ListAnswer<ActivityView>> {
    page(&app, access.issue.id, Some("note"), &pagination).await
}

/// A page of a history; cursors are ids.
async fn page(
    app: &App,
    issue_id: IssueId,
    kind: Option<&str>,
    pagination: &Pagination,
) -> Result<ListAnswer<ActivityView>> {
    let cursor = pagination.cursor;
    let at = if cursor.value == 0 && !cursor.is_previous { i64::MAX } else { cursor.value };
    let slice = Slice { at, skip: cursor.offset.max(0), limit: pagination.per_page + 1 };
    let mut entries = if cursor.is_previous {
        activities::list_from(&app.db, issue_id, kind, slice).await?
    } else {
        activities::list_until(&app.db, issue_id, kind, slice).await?
    };
    let page = pagination.keyset_page(&mut entries, |entry| entry.id.0);
    Ok((pagination.headers(&page), Json(views(app, entries).await?)))
}

/// `POST /issues/{issue}/notes/`.
pub async fn write(
    State(app): State<App>,
    access: IssueAccess<EventWrite>,
    fields: Fields,
) -> Result<(StatusCode, Json<ActivityView>)> {
    let draft = draft(&app, &access, fields).await?;
    let id = services::add(&app, &access.issue, access.within.actor().person()?.id, &draft).await?;
    Ok((StatusCode::CREATED, Json(own(&app, &access, id).await?)))
}

/// `PUT /issues/{issue}/notes/{note}/`: one's own only.
pub async fn rewrite(
    State(app): State<App>,
    access: IssueAccess<EventWrite>,
    Path(path): Path<HashMap<String, String>>,
    fields: Fields,
) -> Result<Json<ActivityView>> {
    let (id, author) = (note_id(&path)?, access.within.actor().person()?.id);
    let draft = draft(&app, &access, fields).await?;
    services::change(&app, access.issue.id, (id, author), &draft).await?.ok_or(Error::NotFound)?;
    Ok(Json(own(&app, &access, id).await?))
}

/// `DELETE /issues/{issue}/notes/{note}/`: one's own only.
pub async fn delete(
    State(app): State<App>,
    access: IssueAccess<EventWrite>,
    Path(path): Path<HashMap<String, String>>,
) -> Result<StatusCode> {
    let author = access.within.actor().person()?.id;
    let was_there = services::delete(&app, access.issue.id, note_id(&path)?, author).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(Error::NotFound) }
}

fn note_id(path: &HashMap<String, String>) -> Result<ActivityId> {
    path.get("note").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)
}

/// The comment of a body `{text, mentions: ["user:7", "team:3"]}`.
async fn draft(app: &App, access: &IssueAccess<EventWrite>, mut fields: Fields) -> Result<Draft> {
    let text = fields.required_text("text", MAX_TEXT);
    let named = fields.texts("mentions").unwrap_or_default();
    let people = People::of_project(app, &access.within.project).await?;
    let mut mentions = Vec::new();
    for name in &named {
        match people.named(name) {
            Some(mention) if !mentions.contains(&mention) => mentions.push(mention),
            Some(_) => {}
            None => fields.refuse("mentions", format!("`{name}` does not see this project.")),
        }
    }
    fields.finish()?;
    Ok(Draft::new(&text, mentions, &people)?)
}

async fn own(app: &App, access: &IssueAccess<EventWrite>, id: ActivityId) -> Result<ActivityView> {
    let slice = Slice { at: id.0, skip: 0, limit: 1 };
    let entries = activities::list_until(&app.db, access.issue.id, Some("note"), slice).await?;
    views(app, entries).await?.pop().ok_or(Error::NotFound)
}

/// The newest entries of an issue.
pub async fn newest(app: &App, issue_id: IssueId, limit: i64) -> Result<Vec<ActivityView>> {
    views(app, activities::list(&app.db, issue_id, limit).await?).await
}

/// Entries with the people who made them.
async fn views(app: &App, entries: Vec<Activity>) -> Result<Vec<ActivityView>> {
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

//! `/projects/{organization}/{project}/tombstones/`: issues whose later events are thrown away.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::store::issue_tombstones;
use crate::store::users;
use crate::types::ids::TombstoneId;
use crate::web::api::users::UserView;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{EventAdmin, EventRead};
use crate::web::extract::{Pagination, ProjectAccess};

#[derive(Serialize)]
pub struct TombstoneView {
    id: String,
    level: &'static str,
    message: String,
    culprit: String,
    #[serde(rename = "type")]
    event_type: String,
    metadata: Value,
    /// Who discarded it.
    actor: Option<UserView>,
}

pub async fn list(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    pagination: Pagination,
) -> Result<(HeaderMap, Json<Vec<TombstoneView>>)> {
    let range = (pagination.offset(), pagination.per_page + 1);
    let mut rows = issue_tombstones::list(&app.db, access.project.id, range).await?;
    let page = pagination.cut_offset_page(&mut rows);
    let ids: Vec<i64> = rows.iter().filter_map(|row| row.user_id.map(|id| id.0)).collect();
    let people = users::list(&app.db, &ids).await?;
    let views = rows.into_iter().map(|row| TombstoneView {
        id: row.id.to_string(),
        level: row.level.as_str(),
        message: row.message,
        culprit: row.culprit,
        event_type: row.event_type,
        metadata: row.metadata,
        actor: people.iter().find(|user| Some(user.id) == row.user_id).map(UserView::of),
    });
    Ok((pagination.headers(&page), Json(views.collect())))
}

/// Ends discarding: the next event makes an issue.
pub async fn delete(
    State(app): State<App>,
    access: ProjectAccess<EventAdmin>,
    Path(path): Path<HashMap<String, String>>,
) -> Result<StatusCode> {
    let id = path.get("tombstone").and_then(|text| text.parse::<TombstoneId>().ok()).ok_or(Error::NotFound)?;
    let is_deleted = issue_tombstones::delete(&app.db, access.project.id, id).await?;
    if is_deleted { Ok(StatusCode::NO_CONTENT) } else { Err(Error::NotFound) }
}

//! The tags an issue was seen with.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use super::view::{TagKeyView, TagValueView};
use super::wanted_key;
use crate::app::App;
use crate::store::tag_counts::{self, Order};
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{IssueAccess, Pagination};

const TOP_VALUES: i64 = 10;

/// `key` repeats; without it all tags are shown.
fn wanted_keys(query: &[(String, String)]) -> Vec<&str> {
    query.iter().filter(|(name, _)| name == "key").map(|(_, key)| key.as_str()).collect()
}

/// `GET /issues/{issue}/tags/`: with the most frequent values of each.
pub async fn list(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Json<Vec<TagKeyView>>> {
    let wanted = wanted_keys(&query);
    let mut values: HashMap<String, Vec<TagValueView>> = HashMap::new();
    let top = tag_counts::list_top_of_issue(&app.db, access.issue.id, TOP_VALUES).await?;
    for value in TagValueView::list(&app, top).await? {
        values.entry(value.key.clone()).or_default().push(value);
    }
    let mut tags = TagKeyView::list_of_issue(&app, access.issue.id).await?;
    tags.retain(|tag| wanted.is_empty() || wanted.contains(&tag.key.as_str()));
    for tag in &mut tags {
        tag.top_values = Some(values.remove(&tag.key).unwrap_or_default());
    }
    Ok(Json(tags))
}

/// `GET /issues/{issue}/tags/{key}/`.
pub async fn show(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    Path(path): Path<HashMap<String, String>>,
) -> Result<Json<TagKeyView>> {
    let key = wanted_key(&path)?;
    let tags = TagKeyView::list_of_issue(&app, access.issue.id).await?;
    let mut tag = tags.into_iter().find(|tag| tag.key == *key).ok_or(Error::NotFound)?;
    let page = (0, TOP_VALUES);
    let values = tag_counts::list_values_of_issue(&app.db, access.issue.id, key, Order::MostEvents, page).await?;
    tag.top_values = Some(TagValueView::list(&app, values).await?);
    Ok(Json(tag))
}

#[derive(Debug, Default, Deserialize)]
pub struct ValuesParams {
    sort: Option<String>,
}

/// `GET /issues/{issue}/tags/{key}/values/`.
pub async fn values(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    Path(path): Path<HashMap<String, String>>,
    Query(params): Query<ValuesParams>,
    pagination: Pagination,
) -> Result<(HeaderMap, Json<Vec<TagValueView>>)> {
    let order = match params.sort.as_deref() {
        None | Some("" | "count") => Order::MostEvents,
        Some("date") => Order::LastSeen,
        Some("age") => Order::FirstSeen,
        Some(_) => return Err(Error::bad_request("sort is count, date or age")),
    };
    let key = wanted_key(&path)?;
    let page = (pagination.offset(), pagination.per_page + 1);
    let mut values = tag_counts::list_values_of_issue(&app.db, access.issue.id, key, order, page).await?;
    let page = pagination.cut_offset_page(&mut values);
    Ok((pagination.headers(&page), Json(TagValueView::list(&app, values).await?)))
}

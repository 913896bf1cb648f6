//! The tags a project was seen with.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Serialize;

use super::view::{TagValueView, name};
use super::wanted_key;
use crate::app::App;
use crate::store::tag_counts::{self, TagKey};
use crate::web::api::lists::Params;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{Pagination, ProjectAccess};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectTagView {
    key: String,
    name: String,
    unique_values: i64,
    can_delete: bool,
}

impl ProjectTagView {
    fn of(tag: TagKey) -> Self {
        // What releases and environments are made of stays.
        let can_delete = !matches!(tag.key.as_str(), "environment" | "release");
        Self { name: name(&tag.key), key: tag.key, unique_values: tag.values, can_delete }
    }
}

/// `GET /projects/{organization}/{project}/tags/`.
pub async fn list(State(app): State<App>, access: ProjectAccess<EventRead>) -> Result<Json<Vec<ProjectTagView>>> {
    let keys = tag_counts::list_keys_of_project(&app.db, access.project.id).await?;
    Ok(Json(keys.into_iter().map(ProjectTagView::of).collect()))
}

/// `GET /projects/{organization}/{project}/tags/{key}/`.
pub async fn show(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    Path(path): Path<HashMap<String, String>>,
) -> Result<Json<ProjectTagView>> {
    let key = wanted_key(&path)?;
    let keys = tag_counts::list_keys_of_project(&app.db, access.project.id).await?;
    let tag = keys.into_iter().find(|tag| tag.key == *key).ok_or(Error::NotFound)?;
    Ok(Json(ProjectTagView::of(tag)))
}

/// `GET /projects/{organization}/{project}/tags/{key}/values/`: the last seen first.
pub async fn values(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    Path(path): Path<HashMap<String, String>>,
    params: Params,
    pagination: Pagination,
) -> Result<(HeaderMap, Json<Vec<TagValueView>>)> {
    let key = wanted_key(&path)?;
    let page = (pagination.offset(), pagination.per_page + 1);
    let text = params.query.trim().replace('\0', "");
    let mut values = tag_counts::list_values_of_project(&app.db, access.project.id, key, &text, page).await?;
    let page = pagination.cut_offset_page(&mut values);
    Ok((pagination.headers(&page), Json(TagValueView::list(&app, values).await?)))
}

//! `…/files/dsyms/`: list, download, delete, and what old sentry-cli asks around an upload.

use axum::Json;
use axum::extract::{Query, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::view::DebugFileView;
use crate::app::App;
use crate::store::debug_files::{self, Filter};
use crate::types::artifact::Checksum;
use crate::types::ids::DebugFileId;
use crate::types::scope::Scope;
use crate::web::api::body::Fields;
use crate::web::api::download::download;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{ReleaseRead, ReleaseWrite};
use crate::web::extract::{Pagination, ProjectAccess};

const MAX_CHECKSUMS: usize = 5_000;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    query: String,
    debug_id: String,
    code_id: String,
    /// One file instead of the list: its content.
    id: Option<String>,
}

pub async fn list(
    State(app): State<App>,
    access: ProjectAccess<ReleaseRead>,
    Query(parameters): Query<Parameters>,
    pagination: Pagination,
) -> Result<Response> {
    if let Some(id) = &parameters.id {
        if !access.may(Scope::ProjectWrite) {
            return Err(Error::Forbidden(&[Scope::ProjectWrite]));
        }
        let id = id.parse().map_err(|_| Error::NotFound)?;
        let file = debug_files::find(&app.db, access.project.id, id).await?.ok_or(Error::NotFound)?;
        return download(&app, &file.blob, file.size, &file.name, None).await;
    }
    let text = |text: &str| text.replace('\0', "");
    let filter = Filter {
        query: text(&parameters.query),
        debug_id: text(&parameters.debug_id),
        code_id: text(&parameters.code_id),
    };
    let (offset, limit) = (pagination.offset(), pagination.per_page + 1);
    let mut files = debug_files::list(&app.db, access.project.id, &filter, offset, limit).await?;
    let page = pagination.cut_offset_page(&mut files);
    let views: Vec<DebugFileView> = files.into_iter().map(DebugFileView::from).collect();
    Ok((pagination.headers(&page), Json(views)).into_response())
}

/// `?id=`.
pub async fn delete(
    State(app): State<App>,
    access: ProjectAccess<ReleaseWrite>,
    Query(parameters): Query<Parameters>,
) -> Result<StatusCode> {
    let id: DebugFileId = parameters.id.and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
    let was_there = debug_files::delete(&app.db, access.project.id, id).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(Error::NotFound) }
}

#[derive(Serialize)]
pub struct MissingView {
    missing: Vec<Checksum>,
}

/// Which of the contents named by `checksums` the project does not have.
pub async fn unknown(
    State(app): State<App>,
    access: ProjectAccess<ReleaseRead>,
    RawQuery(query): RawQuery,
) -> Result<Json<MissingView>> {
    let pairs = url::form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes());
    let wanted: Vec<Checksum> = pairs
        .filter(|(key, _)| key == "checksums")
        .filter_map(|(_, value)| Checksum::parse(&value))
        .take(MAX_CHECKSUMS)
        .collect();
    let bytes: Vec<Vec<u8>> = wanted.iter().map(|sha1| sha1.0.to_vec()).collect();
    let known = debug_files::list_by_checksum(&app.db, access.project.id, &bytes).await?;
    let missing = wanted.into_iter().filter(|sha1| known.iter().all(|file| file.checksum != *sha1)).collect();
    Ok(Json(MissingView { missing }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssociatedView {
    associated_dsym_files: Vec<DebugFileView>,
}

/// Builds of apps are not kept, so nothing is associated; sentry-cli up to 2.26 asks for it after each upload.
pub async fn associate(_: ProjectAccess<ReleaseWrite>, _: Fields) -> Json<AssociatedView> {
    Json(AssociatedView { associated_dsym_files: Vec::new() })
}

/// Nothing waits for symbols, so there is nothing to process again.
pub async fn reprocess(_: ProjectAccess<ReleaseWrite>) -> StatusCode {
    StatusCode::OK
}

//! The stored body of an event, as it is.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::get::find_in;
use super::stored::{EventPath, StoredEvent, parse_id};
use crate::app::App;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{OrganizationAccess, ProjectAccess};

/// `GET /projects/{organization}/{project}/events/{event}/json/`.
pub async fn in_project(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    path: Path<EventPath>,
) -> Result<Response> {
    Ok(body(StoredEvent::find(&app, access.project.id, parse_id(&path)?).await?))
}

/// `GET /organizations/{organization}/events/{event}/json/`.
pub async fn in_organization(
    State(app): State<App>,
    access: OrganizationAccess<EventRead>,
    path: Path<EventPath>,
) -> Result<Response> {
    Ok(body(find_in(&app, &access, parse_id(&path)?).await?.ok_or(Error::NotFound)?))
}

fn body(stored: StoredEvent) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], stored.body).into_response()
}

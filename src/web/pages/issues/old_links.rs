//! Addresses of Sentry that stand in mails, tickets and chats (ui.md 2.2).

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::address::encode;
use super::jump;
use crate::app::App;
use crate::store::issues;
use crate::types::short_id;
use crate::web::base_path;
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::EventRead;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/{organization}/{project}/issues/", get(list))
        .route("/{organization}/{project}/issues/{issue}/", get(issue))
        .route("/{organization}/{project}/issues/{issue}/{*rest}", get(issue_page))
        .route("/{organization}/{project}/group/{issue}/", get(issue))
        .route("/{organization}/{project}/group/{issue}/{*rest}", get(issue_page))
        .route("/{organization}/issues/{short_id}/", get(by_short_id))
        .route("/{organization}/{project}/events/{event}/", get(event))
        .route("/organizations/{organization}/projects/{project}/events/{event}/", get(event))
        .route("/{organization}/", get(organization))
        .route("/organizations/{organization}/", get(organization))
}

async fn list(
    State(app): State<App>,
    Path((organization, project)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    found(&app, &format!("/{}/{}/", encode(&organization), encode(&project)), query)
}

async fn issue(
    State(app): State<App>,
    Path((organization, _, issue)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    found(&app, &format!("/organizations/{}/issues/{}/", encode(&organization), encode(&issue)), query)
}

async fn issue_page(
    State(app): State<App>,
    Path((organization, _, issue, rest)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    // What no page of an issue takes is not an old address of another organization.
    if organization == "organizations" {
        return Err(Error::NotFound);
    }
    let rest: Vec<String> = rest.trim_end_matches('/').split('/').map(encode).collect();
    let path = format!("/organizations/{}/issues/{}/{}/", encode(&organization), encode(&issue), rest.join("/"));
    Ok(found(&app, &path, query))
}

/// `/{organization}/issues/SHOP-1A/`.
async fn by_short_id(
    State(app): State<App>,
    access: OrganizationAccess<EventRead>,
    Path((_, text)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let organization = &access.organization.slug;
    if text.parse::<i64>().is_ok() {
        return Ok(found(&app, &format!("/organizations/{organization}/issues/{text}/"), query));
    }
    let (slug, number) = short_id::parse(&text).ok_or(Error::NotFound)?;
    let projects = access.projects(&app).await?;
    let project = projects.iter().find(|project| project.slug == slug).ok_or(Error::NotFound)?;
    let id = issues::find_by_short_id(&app.db, project.id, number).await?.ok_or(Error::NotFound)?;
    Ok(found(&app, &format!("/organizations/{organization}/issues/{id}/"), query))
}

/// An event's id leads to it in its issue.
async fn event(
    State(app): State<App>,
    access: OrganizationAccess<EventRead>,
    Path((_, project, text)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let event_id = jump::event_id(&text).ok_or(Error::NotFound)?;
    let projects = access.projects(&app).await?;
    let project = projects.iter().find(|known| known.slug == project).ok_or(Error::NotFound)?;
    let path = jump::event_path(&app, &access.organization.slug, &[project.id], event_id).await?;
    Ok(found(&app, &path.ok_or(Error::NotFound)?, query))
}

async fn organization(State(app): State<App>, Path(organization): Path<String>, RawQuery(query): RawQuery) -> Response {
    found(&app, &format!("/organizations/{}/issues/", encode(&organization)), query)
}

/// `302 Found`, keeping the query.
fn found(app: &App, path: &str, query: Option<String>) -> Response {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    match HeaderValue::try_from(format!("{}{path}{query}", base_path(app))) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

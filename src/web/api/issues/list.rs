//! Lists of issues: of a project, of an organization.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::search::{IssueParams, IssueScope, MAX_ISSUES};
use super::view::{Filtered, IssueView, add_stats};
use crate::app::App;
use crate::protocol::event_id;
use crate::store::search::{self, Condition, Place};
use crate::store::{event_lists, issues};
use crate::types::cursor::Cursor;
use crate::types::ids::IssueId;
use crate::types::short_id;
use crate::web::api::series::Period;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{OrganizationAccess, Page, Pagination, ProjectAccess};
use crate::web::issue_cursor::Mark;

/// `GET /projects/{organization}/{project}/issues/`.
pub async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    params: IssueParams,
    pagination: Pagination,
) -> Result<Response> {
    list(&app, &IssueScope::of_project(access), &params, &pagination).await
}

/// `GET /organizations/{organization}/issues/`.
pub async fn of_organization(
    State(app): State<App>,
    access: OrganizationAccess<EventRead>,
    params: IssueParams,
    pagination: Pagination,
) -> Result<Response> {
    let scope = IssueScope::of_organization(&app, &access, &params).await?;
    list(&app, &scope, &params, &pagination).await
}

async fn list(app: &App, scope: &IssueScope, params: &IssueParams, pagination: &Pagination) -> Result<Response> {
    let period = period(params)?;
    if let Some(hit) = direct_hit(app, scope, params).await? {
        let views = views(app, scope, (&[hit.issue_id], Vec::new()), period, hit.event_id).await?;
        if !views.is_empty() {
            let headers = [(HeaderName::from_static("x-sentry-direct-hit"), HeaderValue::from_static("1"))];
            return Ok((headers, Json(views)).into_response());
        }
    }
    let mut criteria = params.criteria(scope, app.clock.now())?;
    let mark = params.mark(scope);
    let from = mark.read(pagination.cursor)?;
    let mut db = app.db.acquire().await?;
    let mut places = search::list(&mut db, &mut criteria, params.sort, from, pagination.per_page + 1).await?;
    let hits = search::count(&mut db, &mut criteria, MAX_ISSUES).await?;
    drop(db);
    let page = page(pagination, mark, &mut places);
    let ids: Vec<IssueId> = places.iter().map(|place| place.id).collect();
    let views = views(app, scope, (&ids, criteria.tags()), period, None).await?;
    Ok((headers(pagination, &page, hits), Json(views)).into_response())
}

/// The graph that was asked for, under its name.
fn period(params: &IssueParams) -> Result<Option<(&'static str, Period)>> {
    match params.stats_period.as_deref() {
        None | Some("24h") => Ok(Some(("24h", Period::DAY))),
        Some("14d") => Ok(Some(("14d", Period::FORTNIGHT))),
        Some("") => Ok(None),
        Some(_) => Err(Error::bad_request("statsPeriod is 24h, 14d or empty")),
    }
}

/// A query that names one thing.
struct Hit {
    issue_id: IssueId,
    event_id: Option<String>,
}

/// An event's id, or a short id where asked for.
async fn direct_hit(app: &App, scope: &IssueScope, params: &IssueParams) -> Result<Option<Hit>> {
    let Some(text) = params.query.as_deref() else { return Ok(None) };
    if let Some(id) = event_id::parse(text) {
        let event = event_lists::find_in_projects(&app.db, &scope.project_ids(), id).await?;
        let event_id = Some(id.as_simple().to_string());
        return Ok(event.map(|event| Hit { issue_id: event.issue_id, event_id }));
    }
    if !params.looks_up_short_id {
        return Ok(None);
    }
    let Some((slug, number)) = short_id::parse(text) else { return Ok(None) };
    let Some(project) = scope.projects.iter().find(|project| project.slug == slug) else { return Ok(None) };
    let found = issues::find_by_short_id(&app.db, project.id, number).await?;
    Ok(found.map(|issue_id| Hit { issue_id, event_id: None }))
}

async fn views(
    app: &App,
    scope: &IssueScope,
    (ids, tags): (&[IssueId], Vec<Condition>),
    period: Option<(&'static str, Period)>,
    event_id: Option<String>,
) -> Result<Vec<IssueView>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut views = IssueView::list(app, scope, &ids).await?;
    let filtered = Filtered::read(app, scope, &ids, tags).await?;
    if let Some(filtered) = &filtered {
        filtered.apply(app, &mut views).await?;
    }
    if let Some(period) = period {
        add_stats(app, &mut views, (&ids, filtered.as_ref()), period).await?;
    }
    if let (Some(view), Some(event_id)) = (views.first_mut(), event_id) {
        view.matching_event_id = Some(event_id);
    }
    Ok(views)
}

/// Cuts the places down to the page. They come in the order of the list also when going back.
fn page(pagination: &Pagination, mark: Mark, places: &mut Vec<Place>) -> Page {
    let length = usize::try_from(pagination.per_page).unwrap_or(usize::MAX);
    let has_more = places.len() > length;
    let asked = pagination.cursor;
    if asked.is_previous && has_more {
        places.remove(0);
    }
    places.truncate(length);
    let cursor = |place: Option<&Place>, is_previous| match place {
        Some(place) => mark.cursor(place, is_previous),
        None => Cursor { is_previous, ..asked },
    };
    let was_asked = asked != Cursor::default();
    Page {
        previous: cursor(places.first(), true),
        has_previous: if asked.is_previous { has_more } else { was_asked },
        next: cursor(places.last(), false),
        has_next: asked.is_previous || has_more,
    }
}

fn headers(pagination: &Pagination, page: &Page, hits: i64) -> HeaderMap {
    let mut headers = pagination.headers(page);
    headers.insert("x-hits", HeaderValue::from(hits));
    headers.insert("x-max-hits", HeaderValue::from(MAX_ISSUES));
    headers
}

//! One's own issues across projects: assigned, bookmarked, looked at.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::chart::Stretch;
use super::rows::{self, RowView};
use crate::app::App;
use crate::messages::Messages;
use crate::store::issue_lists;
use crate::store::own_issues::{self, List, Owner};
use crate::types::lifecycle::Status;
use crate::web::error::Result;
use crate::web::extract::needs::EventRead;
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::numbered::Page;
use crate::web::render;

const PER_PAGE: u16 = 25;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OwnParams {
    page: String,
}

#[derive(Template)]
#[template(path = "issues/own.html")]
struct OwnPage {
    layout: Layout,
    t: Messages,
    organization: String,
    list: List,
    rows: Vec<RowView>,
    previous: Option<String>,
    next: Option<String>,
}

pub async fn assigned(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventRead>,
    Query(params): Query<OwnParams>,
) -> Result<Response> {
    show(&app, &viewer, &access, &params, List::Assigned).await
}

pub async fn bookmarked(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventRead>,
    Query(params): Query<OwnParams>,
) -> Result<Response> {
    show(&app, &viewer, &access, &params, List::Bookmarked).await
}

pub async fn viewed(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventRead>,
    Query(params): Query<OwnParams>,
) -> Result<Response> {
    show(&app, &viewer, &access, &params, List::Viewed).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    access: &OrganizationAccess<EventRead>,
    params: &OwnParams,
    list: List,
) -> Result<Response> {
    let layout = Layout::of_organization(app, viewer, access, Section::Issues);
    let (t, now) = (layout.t, layout.now);
    let projects: Vec<i64> = access.projects(app).await?.iter().map(|project| project.id.0).collect();
    let user_id = access.actor.user.id;
    let owner = Owner {
        user_id,
        organization_id: access.organization.id,
        project_ids: &projects,
        is_unresolved: list == List::Assigned,
    };
    let page = Page::parse(&params.page, PER_PAGE);
    let mut db = app.db.acquire().await?;
    let mut ids = own_issues::list(&mut db, list, owner, page.range()).await?;
    drop(db);
    let organization = access.organization.slug.clone();
    let name = match list {
        List::Assigned => "assigned",
        List::Bookmarked => "bookmarks",
        List::Viewed => "history",
    };
    let (previous, next) =
        page.cut(&mut ids, |number| format!("/organizations/{organization}/issues/{name}/?page={number}"));
    let issues = issue_lists::list(&app.db, &ids, user_id).await?;
    let day = Stretch::day(now);
    let buckets = issue_lists::list_buckets(&app.db, &ids, day.since, day.step.num_seconds()).await?;
    let rows = issues.into_iter().map(|issue| rows::view(issue, None, &buckets, &day, t, now)).collect();
    render(&OwnPage { layout, t, organization, list, rows, previous, next })
}

//! The inboxes: unresolved or all, the newest first.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::view::Report;
use crate::app::App;
use crate::messages::Messages;
use crate::store::projects::Project;
use crate::store::user_reports::{self, Wanted};
use crate::types::scope::Scope;
use crate::web::error::Result;
use crate::web::extract::needs::{EventRead, EventWrite};
use crate::web::extract::{OrganizationAccess, ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::back::local;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::numbered::Page;
use crate::web::pages::posted::Posted;
use crate::web::render;

const PER_PAGE: u16 = 25;
/// Reports that one form marks.
const MAX_MARKED: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct InboxParams {
    /// `unresolved`, the default, or empty for all.
    status: Option<String>,
    page: String,
}

#[derive(Template)]
#[template(path = "feedback/inbox.html")]
struct InboxPage {
    layout: Layout,
    t: Messages,
    organization: String,
    /// Path of the list, without the base path.
    path: String,
    here: String,
    is_all: bool,
    reports: Vec<Report>,
    previous: Option<String>,
    next: Option<String>,
    may_write: bool,
    url_prefix: String,
}

pub async fn of_organization(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventRead>,
    Query(params): Query<InboxParams>,
) -> Result<Response> {
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Issues);
    let projects = access.projects(&app).await?;
    let path = format!("/organizations/{}/user-feedback/", access.organization.slug);
    show(&app, layout, &access, &projects, (path, params)).await
}

pub async fn of_project(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<EventRead>,
    Query(params): Query<InboxParams>,
) -> Result<Response> {
    let layout = Layout::of_project(&app, &viewer, &access, Section::Issues);
    let path = format!("/{}/{}/user-feedback/", access.organization().slug, access.project.slug);
    show(&app, layout, &access.within, std::slice::from_ref(&access.project), (path, params)).await
}

async fn show(
    app: &App,
    layout: Layout,
    access: &OrganizationAccess<EventRead>,
    projects: &[Project],
    (path, params): (String, InboxParams),
) -> Result<Response> {
    let is_all = params.status.as_deref() == Some("");
    let ids: Vec<i64> = projects.iter().map(|project| project.id.0).collect();
    let wanted = Wanted { project_ids: &ids, issue_id: None, is_unresolved: !is_all };
    let page = Page::parse(&params.page, PER_PAGE);
    let mut reports = user_reports::list(&app.db, wanted, i64::MAX, page.range()).await?;
    let address = |number| format!("{path}?{}page={number}", if is_all { "status=&" } else { "" });
    let here = address(params.page.parse().unwrap_or(1));
    let (previous, next) = page.cut(&mut reports, address);
    let organization = access.organization.slug.clone();
    let (t, now) = (layout.t, layout.now);
    render(&InboxPage {
        t,
        reports: reports.into_iter().map(|report| Report::of(report, &organization, t, now)).collect(),
        organization,
        path,
        here,
        is_all,
        previous,
        next,
        may_write: access.may(Scope::EventWrite),
        url_prefix: app.config.system.url_prefix.clone(),
        layout,
    })
}

/// `POST /organizations/{organization}/user-feedback/`: reports are read, or are to be read again.
pub async fn mark(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventWrite>,
    posted: Posted,
) -> Result<Response> {
    let ids: Vec<i64> = posted.all("id").filter_map(|id| id.parse().ok()).take(MAX_MARKED).collect();
    let projects: Vec<i64> = access.projects(&app).await?.iter().map(|project| project.id.0).collect();
    let seen_at = (posted.text("action") != "unseen").then(|| app.clock.now());
    let marked = user_reports::mark_seen(&app.db, &ids, &projects, seen_at).await?;
    let home = format!("/organizations/{}/user-feedback/", access.organization.slug);
    let next = local(posted.text("next")).unwrap_or(&home).to_owned();
    let t = viewer.messages();
    let n = i64::try_from(marked).unwrap_or(i64::MAX);
    let said = if seen_at.is_some() { t.feedback_did_see(n) } else { t.feedback_did_unsee(n) };
    redirect_with(&app, &viewer, &next, said).await
}

//! What users wrote about an issue.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::frame::{self, IssueFrame, Opened};
use crate::app::App;
use crate::messages::Messages;
use crate::store::user_reports::{self, Wanted};
use crate::types::lifecycle::Status;
use crate::web::error::Result;
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::pages::feedback::view::Report;
use crate::web::pages::numbered::Page;
use crate::web::render;

const PER_PAGE: u16 = 25;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FeedbackParams {
    page: String,
}

#[derive(Template)]
#[template(path = "issues/feedback.html")]
struct FeedbackPage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    organization: String,
    reports: Vec<Report>,
    here: String,
    previous: Option<String>,
    next: Option<String>,
    may_write: bool,
    url_prefix: String,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
    Query(params): Query<FeedbackParams>,
) -> Result<Response> {
    let Opened { issue, layout, frame, .. } =
        frame::open(&app, &viewer, actor, (&organization, &id), "feedback").await?;
    let wanted = Wanted { project_ids: &[issue.project_id.0], issue_id: Some(issue.id), is_unresolved: false };
    let page = Page::parse(&params.page, PER_PAGE);
    let mut reports = user_reports::list(&app.db, wanted, i64::MAX, page.range()).await?;
    let here = format!("{}feedback/", frame.path);
    let (previous, next) = page.cut(&mut reports, |number| format!("{here}?page={number}"));
    let (t, now) = (layout.t, layout.now);
    render(&FeedbackPage {
        t,
        organization: frame.organization.clone(),
        reports: reports.into_iter().map(|report| Report::of(report, &frame.organization, t, now)).collect(),
        here,
        previous,
        next,
        may_write: frame.may_write,
        url_prefix: app.config.system.url_prefix.clone(),
        frame,
        layout,
    })
}

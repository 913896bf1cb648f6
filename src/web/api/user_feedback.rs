//! What users wrote about the errors they met (web-api.md 13).
//! Writing with a DSN is ingest's (`web::ingest`).

use std::collections::HashMap;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use serde_json::Value;

use super::body::Fields;
use super::date::Date;
use super::issues::{IssueScope, IssueView};
use super::lists::{ListAnswer, Params};
use crate::app::App;
use crate::protocol::event_id;
use crate::services::ingest::{MAX_COMMENTS, MAX_EMAIL, MAX_NAME, ReportText, write_feedback};
use crate::store::user_reports::{self, UserReport, Wanted};
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{FeedbackRead, FeedbackWrite, Needs};
use crate::web::extract::{OrganizationAccess, Pagination, ProjectAccess};

/// With dashes, an event id is longer than 32.
const MAX_ID: usize = 36;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    id: String,
    #[serde(rename = "eventID")]
    event_id: String,
    name: String,
    email: String,
    comments: String,
    date_created: Date,
    user: Option<()>,
    event: EventLinkView,
    /// `null`: the event has not come.
    issue: Option<Value>,
}

#[derive(Serialize)]
struct EventLinkView {
    id: String,
    #[serde(rename = "eventID")]
    event_id: String,
}

pub fn routes() -> Router<App> {
    ["user-feedback", "user-reports"].into_iter().fold(Router::new(), |router, name| {
        router
            .route(&format!("/projects/{{organization}}/{{project}}/{name}/"), get(of_project).post(create))
            .route(&format!("/organizations/{{organization}}/{name}/"), get(of_organization))
    })
}

/// `GET /projects/{organization}/{project}/user-feedback/`.
async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<FeedbackRead>,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<ReportView>> {
    let ids = [access.project.id.0];
    let wanted = Wanted { project_ids: &ids, issue_id: None, is_unresolved: is_unresolved(params.status.as_deref())? };
    page(&app, &access.within, wanted, &pagination).await
}

/// `GET /organizations/{organization}/user-feedback/`: of the projects that the caller sees.
async fn of_organization(
    State(app): State<App>,
    access: OrganizationAccess<FeedbackRead>,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<ReportView>> {
    let ids: Vec<i64> = access.projects(&app).await?.iter().map(|project| project.id.0).collect();
    let wanted = Wanted { project_ids: &ids, issue_id: None, is_unresolved: is_unresolved(params.status.as_deref())? };
    page(&app, &access, wanted, &pagination).await
}

/// `POST /projects/{organization}/{project}/user-feedback/` with a token: somebody's words about an event, which need not
/// have come yet.
async fn create(
    State(app): State<App>,
    access: ProjectAccess<FeedbackWrite>,
    mut fields: Fields,
) -> Result<Json<ReportView>> {
    let id = fields.required_text("event_id", MAX_ID);
    let event_id = event_id::parse(&id);
    if event_id.is_none() && !id.is_empty() {
        fields.refuse("event_id", "An event id is 32 hexadecimal digits.");
    }
    let (name, email) = (fields.required_text("name", MAX_NAME), fields.required_text("email", MAX_EMAIL));
    let comments = fields.required_text("comments", MAX_COMMENTS);
    fields.finish()?;
    let event_id = event_id.ok_or(Error::NotFound)?;
    let text = ReportText::new(&name, &email, &comments);
    let written = write_feedback(&app.db, (access.project.id, event_id), &text, app.clock.now()).await?;
    let report = written.ok_or(Error::Conflict("Feedback for this event cannot be modified.".into()))?;
    let ids: Vec<i64> = report.issue_id.iter().map(|id| id.0).collect();
    let issues = issues(&app, &IssueScope::of_project(access), &ids).await?;
    Ok(Json(ReportView::of(report, &issues)))
}

fn is_unresolved(status: Option<&str>) -> Result<bool> {
    match status {
        None | Some("unresolved") => Ok(true),
        Some("") => Ok(false),
        Some(_) => Err(Error::bad_request("status is unresolved or empty")),
    }
}

/// A page of reports, the newest first.
pub async fn page<N: Needs>(
    app: &App,
    access: &OrganizationAccess<N>,
    wanted: Wanted<'_>,
    pagination: &Pagination,
) -> Result<ListAnswer<ReportView>> {
    let range = (pagination.offset(), pagination.per_page + 1);
    let mut reports = user_reports::list(&app.db, wanted, i64::MAX, range).await?;
    let page = pagination.cut_offset_page(&mut reports);
    let mut projects = access.projects(app).await?;
    projects.retain(|project| reports.iter().any(|report| report.project_id == project.id));
    let scope = IssueScope {
        organization_id: access.organization.id,
        organization_slug: access.organization.slug.clone(),
        user_id: access.actor.user.id,
        projects,
    };
    let mut ids: Vec<i64> = reports.iter().filter_map(|report| report.issue_id.map(|id| id.0)).collect();
    ids.sort_unstable();
    ids.dedup();
    let issues = issues(app, &scope, &ids).await?;
    let views = reports.into_iter().map(|report| ReportView::of(report.into(), &issues)).collect();
    Ok((pagination.headers(&page), Json(views)))
}

/// Issues as they are shown, by their id.
async fn issues(app: &App, scope: &IssueScope, ids: &[i64]) -> Result<HashMap<String, Value>> {
    let views = IssueView::list(app, scope, ids).await?;
    views.iter().map(|issue| Ok((issue.id().to_owned(), serde_json::to_value(issue)?))).collect()
}

impl ReportView {
    fn of(report: UserReport, issues: &HashMap<String, Value>) -> Self {
        let event_id = report.event_id.as_simple().to_string();
        Self {
            id: report.id.to_string(),
            event_id: event_id.clone(),
            name: report.name,
            email: report.email,
            comments: report.comments,
            date_created: report.created_at.into(),
            user: None,
            event: EventLinkView { id: event_id.clone(), event_id },
            issue: report.issue_id.and_then(|id| issues.get(&id.to_string()).cloned()),
        }
    }
}

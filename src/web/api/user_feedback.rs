//! What users wrote about the errors they met (web-api.md 13). Writing with a DSN is ingest's (`web::ingest`).

use std::collections::HashMap;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use serde_json::Value;

use super::date::Date;
use super::issues::{IssueScope, IssueView};
use super::lists::{ListAnswer, Params};
use crate::app::App;
use crate::store::user_reports::{self, ListedReport, Wanted};
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{OrganizationAccess, Pagination, ProjectAccess};

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
            .route(&format!("/projects/{{organization}}/{{project}}/{name}/"), get(of_project))
            .route(&format!("/organizations/{{organization}}/{name}/"), get(of_organization))
    })
}

/// `GET /projects/{organization}/{project}/user-feedback/`.
async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
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
    access: OrganizationAccess<EventRead>,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<ReportView>> {
    let ids: Vec<i64> = access.projects(&app).await?.iter().map(|project| project.id.0).collect();
    let wanted = Wanted { project_ids: &ids, issue_id: None, is_unresolved: is_unresolved(params.status.as_deref())? };
    page(&app, &access, wanted, &pagination).await
}

fn is_unresolved(status: Option<&str>) -> Result<bool> {
    match status {
        None | Some("unresolved") => Ok(true),
        Some("") => Ok(false),
        Some(_) => Err(Error::bad_request("status is unresolved or empty")),
    }
}

/// A page of reports, the newest first.
pub async fn page(
    app: &App,
    access: &OrganizationAccess<EventRead>,
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
    let issues = IssueView::list(app, &scope, &ids).await?;
    let issues = issues.iter().map(|issue| Ok((issue.id().to_owned(), serde_json::to_value(issue)?)));
    let issues = issues.collect::<Result<HashMap<String, Value>>>()?;
    let views = reports.into_iter().map(|report| ReportView::of(report, &issues)).collect();
    Ok((pagination.headers(&page), Json(views)))
}

impl ReportView {
    fn of(report: ListedReport, issues: &HashMap<String, Value>) -> Self {
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

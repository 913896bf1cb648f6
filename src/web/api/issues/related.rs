//! What users wrote about the events of an issue.

use axum::extract::State;
use serde::Serialize;

use crate::app::App;
use crate::store::user_reports::{self, UserReport};
use crate::web::api::date::Date;
use crate::web::api::lists::{ListAnswer, page_of};
use crate::web::error::Result;
use crate::web::extract::needs::EventRead;
use crate::web::extract::{IssueAccess, Pagination};

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
}

#[derive(Serialize)]
struct EventLinkView {
    id: String,
    #[serde(rename = "eventID")]
    event_id: String,
}

const MAX_REPORTS: i64 = 1000;

/// `GET /issues/{issue}/user-reports/`: the newest first.
pub async fn reports(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    pagination: Pagination,
) -> Result<ListAnswer<ReportView>> {
    let reports = user_reports::list_of_issue(&app.db, access.issue.id, MAX_REPORTS).await?;
    Ok(page_of(&pagination, reports.into_iter().map(ReportView::of).collect()))
}

impl ReportView {
    fn of(report: UserReport) -> Self {
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
        }
    }
}

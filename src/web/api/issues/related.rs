//! What users wrote about the events of an issue.

use axum::extract::State;

use crate::app::App;
use crate::store::user_reports::Wanted;
use crate::web::api::lists::ListAnswer;
use crate::web::api::user_feedback::{ReportView, page};
use crate::web::error::Result;
use crate::web::extract::needs::EventRead;
use crate::web::extract::{IssueAccess, Pagination};

/// `GET /issues/{issue}/user-reports/`: the newest first.
pub async fn reports(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    pagination: Pagination,
) -> Result<ListAnswer<ReportView>> {
    let wanted =
        Wanted { project_ids: &[access.issue.project_id.0], issue_id: Some(access.issue.id), is_unresolved: false };
    page(&app, &access.within.within, wanted, &pagination).await
}

//! `DELETE /issues/{issue}/`.

use axum::extract::State;
use axum::http::StatusCode;

use super::search::IssueScope;
use crate::app::App;
use crate::services::issues;
use crate::web::error::Result;
use crate::web::extract::IssueAccess;
use crate::web::extract::needs::EventAdmin;

/// The issue is gone from every list at once; its events go later.
pub async fn delete(State(app): State<App>, access: IssueAccess<EventAdmin>) -> Result<StatusCode> {
    let scope = IssueScope::of_project(access.within);
    issues::delete(&app, scope.owner()?, &[access.issue.id], false).await?;
    Ok(StatusCode::ACCEPTED)
}

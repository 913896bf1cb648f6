//! `DELETE /issues/{issue}/`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;
use crate::services::issues::{self, Change};
use crate::web::error::Result;
use crate::web::extract::IssueAccess;
use crate::web::extract::needs::EventAdmin;

/// The issue is gone from every list at once; its events go later.
pub async fn delete(State(app): State<App>, access: IssueAccess<EventAdmin>) -> Result<StatusCode> {
    let user_id = access.within.actor().user.id;
    issues::change(&app, user_id, &[access.issue.id], &Change::Delete).await?;
    Ok(StatusCode::ACCEPTED)
}

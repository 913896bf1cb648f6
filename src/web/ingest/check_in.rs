//! `/api/{project}/cron/…`: check-ins by URL. There are no monitors, so that they are only counted; never an error,
//! since what calls this is somebody's nightly job.

use axum::http::StatusCode;
use axum::response::Response;

use super::answer;
use super::call::Call;
use super::route::ProjectPart;
use crate::protocol::category::Category;
use crate::services::{ingest::Refusal, outcomes::Outcome};

pub async fn post(call: &mut Call, project: ProjectPart, key: Option<&str>) -> Result<Response, Refusal> {
    let submission = call.admit(project, key).await?;
    let what = (Outcome::Filtered, "unsupported");
    call.ingest.outcomes.count(submission.sender(), what, Category::Monitor, 1, call.received_at);
    Ok(answer::json(StatusCode::ACCEPTED, "{}"))
}

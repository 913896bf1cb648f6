//! `/api/{project}/security/` and `csp-report/`: what browsers report about pages; `nel/` is counted only.

use axum::http::{StatusCode, header};
use axum::response::Response;

use super::answer;
use super::call::Call;
use super::route::ProjectPart;
use crate::protocol::{body::BodyError, category::Category};
use crate::services::{
    ingest::{Refusal, ReportTags},
    outcomes::Outcome,
};

/// Content types browsers use; absent and plain text are taken too, if they hold JSON.
const CONTENT_TYPES: [&str; 8] = [
    "",
    "application/csp-report",
    "application/json",
    "application/expect-ct-report",
    "application/expect-ct-report+json",
    "application/expect-staple-report",
    "application/reports+json",
    "text/plain",
];

pub async fn post(call: &mut Call, project: ProjectPart) -> Result<Response, Refusal> {
    let submission = call.admit(project, None).await?;
    call.ingest.check_before_body(&submission.admission, call.received_at)?;
    let content_type = call.header(&header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim();
    if !CONTENT_TYPES.iter().any(|known| content_type.eq_ignore_ascii_case(known)) {
        return Err(Refusal::ContentType);
    }
    let tags = report_tags(call.query());
    let body = call.read_body().await?;
    if body.bytes.trim_ascii().is_empty() {
        return Err(Refusal::Body(BodyError::Empty));
    }
    let limit = call.ingest.app.config.ingest.max_event_bytes;
    let decoded = call.ingest.decode(body.bytes.clone(), submission.encoding, limit).await?;
    call.ingest.security(&submission, &decoded, Some(&tags)).await?;
    Ok(answer::empty(StatusCode::OK))
}

/// Reports about the network: nothing shows them, so that they are only counted.
pub async fn post_network_errors(call: &mut Call, project: ProjectPart) -> Result<Response, Refusal> {
    let submission = call.admit(project, None).await?;
    let what = (Outcome::Filtered, "unsupported");
    call.ingest.outcomes.count(submission.sender(), what, Category::Security, 1, call.received_at);
    Ok(answer::empty(StatusCode::OK))
}

fn report_tags(query: &str) -> ReportTags {
    let value = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
    };
    ReportTags { release: value("sentry_release"), environment: value("sentry_environment") }
}

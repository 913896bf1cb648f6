//! `POST /api/0/projects/{organization}/{project}/user-feedback/` with a DSN for a token (ingest.md 12.2).

use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer;
use super::call::Call;
use super::route::ProjectPart;
use crate::protocol::{auth, event_id};
use crate::services::ingest::{FeedbackAnswer, NewFeedback, Refusal};

/// What a client posts.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct FeedbackForm {
    event_id: String,
    name: String,
    email: String,
    comments: String,
}

pub async fn post(call: &mut Call, organization: &str, project: &str) -> Result<Response, Refusal> {
    let Some(dsn) = auth::dsn_header(call.header(&header::AUTHORIZATION)) else { return Ok(invalid_token()) };
    let Ok(submission) = call.admit_key(dsn.public_key, ProjectPart::Id(dsn.project_id)).await else {
        return Ok(invalid_token());
    };
    let body = call.read_body().await?;
    let form = read_form(call.header(&header::CONTENT_TYPE), &body.bytes);
    let (event_id, form) = match validated(form) {
        Ok(valid) => valid,
        Err(errors) => return Ok(answer::json(StatusCode::BAD_REQUEST, errors.to_string())),
    };
    let new =
        NewFeedback { organization, project, event_id, name: &form.name, email: &form.email, comments: &form.comments };
    Ok(match call.ingest.feedback(&submission, &new).await? {
        FeedbackAnswer::Written(report) => {
            let id = report.event_id.simple().to_string();
            let body = json!({
                "id": report.id.to_string(), "eventID": id, "name": report.name, "email": report.email,
                "comments": report.comments, "dateCreated": report.created_at, "user": null,
                "event": { "id": id, "eventID": id }, "issue": report.issue_id.map(|id| json!({ "id": id.to_string() })),
            });
            answer::json(StatusCode::OK, body.to_string())
        }
        FeedbackAnswer::OtherProject => detail(StatusCode::BAD_REQUEST, "The DSN belongs to another project."),
        FeedbackAnswer::TooLate => detail(StatusCode::CONFLICT, "Feedback for this event cannot be modified."),
    })
}

fn detail(status: StatusCode, text: &str) -> Response {
    answer::json(status, json!({ "detail": text }).to_string())
}

fn invalid_token() -> Response {
    detail(StatusCode::UNAUTHORIZED, "Invalid token")
}

fn read_form(content_type: &str, body: &[u8]) -> FeedbackForm {
    if !content_type.starts_with("application/x-www-form-urlencoded") {
        return serde_json::from_slice(body).unwrap_or_default();
    }
    let mut form = FeedbackForm::default();
    for (name, value) in url::form_urlencoded::parse(body) {
        match &*name {
            "event_id" => form.event_id = value.into_owned(),
            "name" => form.name = value.into_owned(),
            "email" => form.email = value.into_owned(),
            "comments" => form.comments = value.into_owned(),
            _ => {}
        }
    }
    form
}

/// The form, or messages by field.
fn validated(form: FeedbackForm) -> Result<(Uuid, FeedbackForm), Value> {
    let mut errors = serde_json::Map::new();
    let event_id = event_id::parse(form.event_id.trim());
    let required =
        [("event_id", &form.event_id), ("name", &form.name), ("email", &form.email), ("comments", &form.comments)];
    for (field, value) in required {
        if value.trim().is_empty() {
            errors.insert(field.to_owned(), json!(["This field is required."]));
        }
    }
    match event_id {
        Some(event_id) if errors.is_empty() => Ok((event_id, form)),
        Some(_) => Err(errors.into()),
        None => {
            errors.entry("event_id").or_insert(json!(["Enter a valid event id."]));
            Err(errors.into())
        }
    }
}

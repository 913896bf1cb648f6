//! `/api/{project}/events/{event}/attachments/`: files for an event that came, or comes, in another request.

use axum::http::{StatusCode, header};
use axum::response::Response;
use uuid::Uuid;

use super::answer;
use super::call::Call;
use super::route::ProjectPart;
use crate::protocol::multipart;
use crate::services::ingest::Refusal;

pub async fn post(call: &mut Call, project: ProjectPart, event_id: Option<Uuid>) -> Result<Response, Refusal> {
    let submission = call.admit(project, None).await?;
    let event_id = event_id.ok_or(Refusal::EventId)?;
    let body = call.read_body().await?;
    let _room = call.ingest.unpacking_room(&body.bytes, submission.encoding).await?;
    let limit = call.ingest.app.config.ingest.max_envelope_bytes;
    let decoded = call.ingest.decode(body.bytes.clone(), submission.encoding, limit).await?;
    let boundary = multipart::boundary(call.header(&header::CONTENT_TYPE)).ok_or(Refusal::Multipart)?;
    let parts = multipart::parse(&decoded, boundary).ok_or(Refusal::Multipart)?;
    call.ingest.attachments(&submission, event_id, &parts, &decoded).await?;
    Ok(answer::empty(StatusCode::CREATED))
}

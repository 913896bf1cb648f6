//! `/api/{project}/store/`: one event as JSON; and the picture old browsers load instead.

use std::borrow::Cow;

use axum::http::header;
use axum::response::Response;
use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::call::Call;
use super::route::ProjectPart;
use super::{answer, envelope};
use crate::protocol::body::{BodyError, Encoding};
use crate::services::ingest::Refusal;

/// One event, or an envelope that its type tells.
pub async fn post(call: &mut Call, project: ProjectPart) -> Result<Response, Refusal> {
    let content_type = call.header(&header::CONTENT_TYPE);
    if content_type.starts_with("application/x-sentry-envelope") {
        return envelope::post(call, project).await;
    }
    if content_type.starts_with("multipart/form-data") {
        return Err(Refusal::NotSupported("forms with native crash dumps"));
    }
    let submission = call.admit(project, None).await?;
    call.ingest.check_before_body(&submission.admission, call.received_at)?;
    let body = call.read_body().await?;
    let event_id = call.ingest.store(&submission, body.bytes.clone()).await?;
    Ok(answer::accepted(Some(event_id)))
}

/// One event in the address.
pub async fn get(call: &mut Call, project: ProjectPart) -> Result<Response, Refusal> {
    let mut submission = call.admit(project, None).await?;
    submission.encoding = Encoding::Identity;
    call.ingest.check_before_body(&submission.admission, call.received_at)?;
    let data = event_in_query(call.query()).ok_or(Refusal::Body(BodyError::Empty))?;
    let event_id = call.ingest.store(&submission, data).await?;
    Ok(answer::pixel(event_id))
}

/// The parameter `sentry_data`. A plus is a space in JSON, and a plus in base64.
fn event_in_query(query: &str) -> Option<Bytes> {
    let raw = query.split('&').find_map(|pair| pair.strip_prefix("sentry_data="))?;
    let is_json = raw.starts_with('{') || raw.starts_with("%7B") || raw.starts_with("%7b");
    let raw = if is_json { Cow::Owned(raw.replace('+', "%20")) } else { Cow::Borrowed(raw) };
    Some(Bytes::from(percent_decode_str(&raw).collect::<Vec<u8>>()))
}

#[cfg(test)]
mod tests {
    use super::event_in_query;

    #[test]
    fn events_are_found_in_the_query() {
        for (query, expected) in [
            ("sentry_key=a&sentry_data=%7B%22a%22:+1%7D", Some("{\"a\": 1}")),
            ("sentry_data={\"a\":1}&x=1", Some("{\"a\":1}")),
            ("sentry_data=eJ%2Bx+y==", Some("eJ+x+y==")),
            ("sentry_key=a", None),
        ] {
            assert_eq!(event_in_query(query).as_deref(), expected.map(str::as_bytes), "{query}");
        }
    }
}

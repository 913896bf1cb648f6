//! What clients read when all is well (ingest.md 6).

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use super::cors;

const PIXEL: &str = "R0lGODlhAQABAAD/ACwAAAAAAQABAAACADs=";

const CROSS_DOMAIN_POLICY: &str = r#"<?xml version="1.0"?>
<cross-domain-policy><allow-access-from domain="*"/><allow-http-request-headers-from domain="*" headers="*"/></cross-domain-policy>
"#;

/// An answer that pages on other sites may read.
pub fn with_body(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    cors::allow_reading(&mut headers);
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

pub fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    with_body(status, "application/json", body)
}

/// `{"id":"…"}`, or `{}` for what has no id.
pub fn accepted(event_id: Option<Uuid>) -> Response {
    let Some(event_id) = event_id else { return json(StatusCode::OK, "{}") };
    let mut body = Vec::with_capacity(41);
    body.extend_from_slice(br#"{"id":""#);
    body.extend_from_slice(event_id.simple().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
    body.extend_from_slice(br#""}"#);
    json(StatusCode::OK, body)
}

/// Nothing to say.
pub fn empty(status: StatusCode) -> Response {
    with_body(status, "text/plain; charset=utf-8", Body::empty())
}

/// The picture that browsers without CORS load in order to send an event.
pub fn pixel(event_id: Uuid) -> Response {
    let gif = STANDARD.decode(PIXEL).expect("the constant is base64");
    let mut response = with_body(StatusCode::OK, "image/gif", gif);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let id = HeaderValue::try_from(event_id.simple().to_string()).expect("hexadecimal digits are a header value");
    headers.insert(HeaderName::from_static("x-sentry-id"), id);
    response
}

/// Flash asks for it.
pub fn cross_domain_policy() -> Response {
    with_body(StatusCode::OK, "application/xml", CROSS_DOMAIN_POLICY)
}

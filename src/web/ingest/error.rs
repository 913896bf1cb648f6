//! How a refusal reads: for old clients, for new ones, and for people (ingest.md 6).

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::answer;
use crate::services::ingest::Refusal;

/// Longest `X-Sentry-Error`.
const MAX_HEADER: usize = 200;

/// The answer to a refused request.
pub fn response(refusal: &Refusal, now: DateTime<Utc>) -> Response {
    let message = refusal.to_string();
    let mut body = json!({ "detail": message, "error": message, "causes": [] });
    if let Refusal::RateLimited(_) = refusal {
        body["error_name"] = "rate_limit".into();
    }
    let status = StatusCode::from_u16(refusal.status()).expect("statuses are constants");
    let mut response = answer::json(status, body.to_string());
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-sentry-error"), header_text(&message));
    if let Some(seconds) = refusal.retry_after(now) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(limits) = refusal.rate_limits(now) {
        headers.insert(HeaderName::from_static("x-sentry-rate-limits"), header_text(&limits));
    }
    if let Refusal::Method(allowed) = refusal {
        headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
    }
    response
}

/// Visible ASCII; the rest becomes `?`.
fn header_text(text: &str) -> HeaderValue {
    let visible = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    let text: String = text.chars().take(MAX_HEADER).map(visible).collect();
    HeaderValue::try_from(text).expect("visible ASCII is a header value")
}

#[cfg(test)]
mod tests {
    use super::header_text;

    #[test]
    fn headers_are_plain_ascii() {
        assert_eq!(header_text("Invalid origin: http://ä\r\nx: y"), "Invalid origin: http://???x: y");
        assert_eq!(header_text(&"x".repeat(500)).len(), 200);
    }
}

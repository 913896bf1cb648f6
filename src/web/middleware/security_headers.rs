//! Headers that keep hostile event data harmless (ui.md 11).

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const PAGE: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    // For browsers and scanners that do not know `frame-ancestors`.
    (header::X_FRAME_OPTIONS, "deny"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::CACHE_CONTROL, "private, no-store"),
];

const API: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "deny"),
    (header::X_XSS_PROTECTION, "1; mode=block"),
    (header::VARY, "Accept-Language, Cookie"),
    (header::CONTENT_LANGUAGE, "en"),
];

pub async fn page_headers(request: Request, next: Next) -> Response {
    with_headers(next.run(request).await, &PAGE)
}

pub async fn api_headers(request: Request, next: Next) -> Response {
    with_headers(next.run(request).await, &API)
}

/// A handler that set a header itself keeps it.
fn with_headers(mut response: Response, headers: &[(HeaderName, &'static str)]) -> Response {
    for (name, value) in headers {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

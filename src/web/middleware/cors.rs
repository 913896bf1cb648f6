//! Pages of other sites that use the API with a token or key of their own. Cookies are never let in this way: what may be
//! read is what the credentials in the header open.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Answers the questions that browsers ask before, and lets them read answers to requests with credentials of their own.
pub async fn api_cors(request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let asks =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if let Some(origin) = origin.as_ref().filter(|_| asks) {
        let mut response = StatusCode::NO_CONTENT.into_response();
        allow(response.headers_mut(), origin);
        return response;
    }
    let has_credentials = request.headers().contains_key(header::AUTHORIZATION);
    let mut response = next.run(request).await;
    if let Some(origin) = origin.filter(|_| has_credentials) {
        allow(response.headers_mut(), &origin);
    }
    response
}

fn allow(headers: &mut HeaderMap, origin: &HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "Link"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

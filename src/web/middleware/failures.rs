//! Errors as the API renders them (web-api.md 1.3).

use axum::Json;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::web::base_path;
use crate::web::error::{Error, Failure, FieldErrors};

/// What no route of the API takes. Every path ends with a slash; who forgot it when reading is shown the way.
pub async fn api_fallback(State(app): State<App>, OriginalUri(uri): OriginalUri, method: Method) -> Response {
    if uri.path().ends_with('/') || !matches!(method, Method::GET | Method::HEAD) {
        return Error::NotFound.into_response();
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let location = format!("{}{}/{query}", base_path(&app), uri.path());
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location)]).into_response()
}

/// Renders the failures of API handlers as JSON.
pub async fn api_failures(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    match response.extensions().get::<Failure>() {
        Some(Failure(error)) => render(error),
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => method_not_allowed(&response),
        None => response,
    }
}

/// The router's own answer names the methods there are; it only lacks a body.
fn method_not_allowed(answer: &Response) -> Response {
    let mut response = render(&Error::MethodNotAllowed);
    if let Some(allow) = answer.headers().get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    response
}

fn render(error: &Error) -> Response {
    let reference = log_internal(error);
    let body = match error {
        Error::Invalid(fields) => field_map(fields),
        // sentry-cli reads the slug at the top.
        Error::Moved { location, slug } => json!({
            "slug": slug,
            "detail": {
                "code": "resource-moved",
                "message": error.to_string(),
                "extra": { "url": location, "slug": slug },
            },
        }),
        Error::SudoRequired { username } => coded("sudo-required", error, &json!({"username": username})),
        Error::TwoFactorRequired => coded("2fa-required", error, &json!({})),
        Error::Internal(_) => json!({"detail": "Internal Error", "errorId": reference}),
        other => json!({"detail": other.to_string()}),
    };
    let mut response = (error.status(), Json(body)).into_response();
    let headers = response.headers_mut();
    if matches!(error, Error::Unauthorized) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"api\""));
    }
    if let Error::Moved { location, .. } = error
        && let Ok(location) = HeaderValue::try_from(location)
    {
        headers.insert(header::LOCATION, location);
    }
    // A 413 without it is that of a proxy (demands.md 2).
    if let Error::PayloadTooLarge(limit) = error
        && let Ok(limit) = HeaderValue::from_str(limit)
    {
        headers.insert("x-picket-limit", limit);
    }
    if let Error::TooManyRequests { retry_after } = error {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
    }
    response
}

/// The form of a refusal that clients act on.
fn coded(code: &str, error: &Error, extra: &Value) -> Value {
    json!({"detail": {"code": code, "message": error.to_string(), "extra": extra}})
}

fn field_map(fields: &FieldErrors) -> Value {
    let mut map = serde_json::Map::new();
    for (field, message) in fields.iter() {
        let messages = map.entry(field).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(messages) = messages {
            messages.push(Value::from(message));
        }
    }
    Value::Object(map)
}

/// Logs an internal error once, with the reference the client is told.
pub(super) fn log_internal(error: &Error) -> Option<String> {
    let Error::Internal(cause) = error else { return None };
    let reference = Uuid::new_v4().simple().to_string();
    tracing::error!(reference, "internal error: {cause:#}");
    Some(reference)
}

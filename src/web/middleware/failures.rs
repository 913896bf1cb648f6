//! Errors as the API renders them (web-api.md 1.3).

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tower_http::csrf::ProtectionError;
use uuid::Uuid;

use crate::web::error::{Error, Failure, FieldErrors};

/// What no route of the API takes.
pub async fn api_fallback() -> Error {
    Error::NotFound
}

/// Renders the failures of API handlers as JSON.
pub async fn api_failures(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.extensions().get::<ProtectionError>().is_some() {
        return render(&Error::CrossSite);
    }
    match response.extensions().get::<Failure>() {
        Some(Failure(error)) => render(error),
        None => response,
    }
}

fn render(error: &Error) -> Response {
    let reference = log_internal(error);
    let body = match error {
        Error::Invalid(fields) => field_map(fields),
        Error::Internal(_) => json!({"detail": "Internal Error", "errorId": reference}),
        other => json!({"detail": other.to_string()}),
    };
    let mut response = (error.status(), Json(body)).into_response();
    let headers = response.headers_mut();
    if matches!(error, Error::Unauthorized) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"api\""));
    }
    if let Error::TooManyRequests { retry_after } = error {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
    }
    response
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

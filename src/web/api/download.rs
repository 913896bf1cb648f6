//! Files as answers: streamed, and never shown by a browser as if they were ours.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::services::blobs;
use crate::web::error::Result;

/// A stored file to save under a name.
pub async fn download(app: &App, blob: &str, size: i64, name: &str, content_type: Option<&str>) -> Result<Response> {
    let content = app.blobs.stream(blob).await.map_err(blobs::Error::from)?;
    let content_type = content_type.and_then(|value| HeaderValue::from_str(value).ok());
    let content_type = content_type.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_LENGTH, HeaderValue::from(size)),
        (header::CONTENT_DISPOSITION, disposition(name)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
    ];
    Ok((headers, Body::from_stream(content)).into_response())
}

/// The last segment of the name, in the form of RFC 6266 that takes any character.
fn disposition(name: &str) -> HeaderValue {
    let name = name.rsplit('/').next().unwrap_or_default();
    let mut value = "attachment; filename*=UTF-8''".to_owned();
    for byte in name.bytes().take(255) {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            value.push(char::from(byte));
        } else {
            write!(value, "%{byte:02X}").expect("a text takes everything");
        }
    }
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_are_harmless() {
        assert_eq!(disposition("~/a/b c\".js"), "attachment; filename*=UTF-8''b%20c%22.js");
        assert_eq!(disposition("é\n"), "attachment; filename*=UTF-8''%C3%A9%0A");
    }
}

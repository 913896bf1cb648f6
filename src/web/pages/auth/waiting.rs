//! Too many attempts: the form is shown again and says how long to wait.

use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::messages::Messages;
use crate::services::sign_in;
use crate::web::error::Result;

/// `page` with the wait; any other error goes on.
pub fn with_wait(
    t: Messages,
    error: sign_in::Error,
    page: impl FnOnce(StatusCode, String) -> Result<Response>,
) -> Result<Response> {
    let sign_in::Error::Wait { seconds } = error else { return Err(error.into()) };
    let text = t.auth_wait(i64::try_from(seconds).unwrap_or(i64::MAX));
    let mut response = page(StatusCode::TOO_MANY_REQUESTS, text)?;
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    Ok(response)
}

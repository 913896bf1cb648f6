//! Signing out ends the session on the server.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::web::error::Result;
use crate::web::{cookie, redirect};

pub async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    if let Some(session) = cookie::session_id(&headers) {
        app.redis.delete_session(&session).await?;
    }
    Ok(([(header::SET_COOKIE, cookie::clear(&app))], redirect(&app, "/auth/login/")).into_response())
}

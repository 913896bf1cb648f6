//! Signing out ends the session on the server.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::web::cookie::Cookie;
use crate::web::error::Result;
use crate::web::extract::Visitor;
use crate::web::redirect;

pub async fn sign_out(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    if let Some(id) = &visitor.session
        && let Some(session) = app.redis.find_session(id).await?
    {
        app.redis.delete_session(session.user_id, id).await?;
    }
    Ok(([(header::SET_COOKIE, Cookie::Session.clear(&app))], redirect(&app, "/auth/login/")).into_response())
}

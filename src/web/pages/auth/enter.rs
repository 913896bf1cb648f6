//! What lies between a proven name and a session: a new password where the old one has expired, the second factor.

use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::pending::wait;
use crate::app::App;
use crate::services::accounts::recovery;
use crate::store::users::User;
use crate::volatile::pending_sign_ins::Step;
use crate::web::cookie::Cookie;
use crate::web::error::Result;
use crate::web::extract::Visitor;
use crate::web::new_session::new_session;
use crate::web::redirect;

/// Where a sign-in leads.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// A path of ours, without the base path.
    pub next: &'a str,
    /// Stays signed in when the browser's window is closed.
    pub is_kept: bool,
}

/// Lets somebody in who has proved who they are, once nothing else is asked of them. Every way to sign in ends here.
pub async fn enter(app: &App, visitor: &Visitor, user: &User, way: Way<'_>) -> Result<Response> {
    if let Some(replacement) = replace_expired_password(app, user).await? {
        return Ok(replacement);
    }
    if user.has_two_factor {
        wait(app, user, way, Step::SecondFactor).await
    } else {
        begin_session(app, visitor, user, way).await
    }
}

/// The way to a new password, where the one that is known has expired.
pub async fn replace_expired_password(app: &App, user: &User) -> Result<Option<Response>> {
    if !user.is_active || !user.is_password_expired || user.password_hash.is_none() {
        return Ok(None);
    }
    let path = recovery::expired_password(app, user).await?;
    Ok(Some(redirect(app, &path)))
}

/// Answers with the cookie of a new session and the way on. Whether to open a closed account again is asked first.
pub async fn begin_session(app: &App, visitor: &Visitor, user: &User, way: Way<'_>) -> Result<Response> {
    if !user.is_active {
        return wait(app, user, way, Step::Reopening).await;
    }
    let cookies = [
        (header::SET_COOKIE, new_session(app, visitor, user, way.is_kept).await?),
        (header::SET_COOKIE, Cookie::Pending.clear(app)),
    ];
    Ok((AppendHeaders(cookies), redirect(app, way.next)).into_response())
}

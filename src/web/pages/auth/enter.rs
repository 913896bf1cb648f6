//! What lies between a proven name and a session: a new password where the old one has expired, the second factor.

use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse, Response};

use crate::app::App;
use crate::services::accounts::recovery;
use crate::store::users::User;
use crate::volatile::pending_sign_ins::PendingSignIn;
use crate::web::cookie::{Cookie, NewCookie};
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
    if user.is_password_expired && user.password_hash.is_some() {
        let path = recovery::expired_password(app, user).await?;
        return Ok(redirect(app, &path));
    }
    if user.has_two_factor {
        ask_second_factor(app, user, way).await
    } else {
        begin_session(app, visitor, user, way).await
    }
}

async fn ask_second_factor(app: &App, user: &User, way: Way<'_>) -> Result<Response> {
    let cookie = NewCookie::random();
    let pending = PendingSignIn {
        user_id: user.id,
        nonce: user.session_nonce.clone(),
        next: way.next.to_owned(),
        is_kept: way.is_kept,
    };
    app.redis.put_pending_sign_in(&cookie.id, &pending).await?;
    let set = (header::SET_COOKIE, Cookie::Pending.set(app, &cookie.value, None));
    Ok(([set], redirect(app, "/auth/2fa/")).into_response())
}

/// Answers with the cookie of a new session and the way on.
pub async fn begin_session(app: &App, visitor: &Visitor, user: &User, way: Way<'_>) -> Result<Response> {
    let cookies = [
        (header::SET_COOKIE, new_session(app, visitor, user, way.is_kept).await?),
        (header::SET_COOKIE, Cookie::Pending.clear(app)),
    ];
    Ok((AppendHeaders(cookies), redirect(app, way.next)).into_response())
}

//! Signing a browser in.

use axum::http::HeaderValue;

use super::cookie::{Cookie, NewCookie};
use super::error::Result;
use super::extract::Visitor;
use super::extract::session::lifetime;
use crate::app::App;
use crate::pipeline::normalize::browser_of;
use crate::services::accounts::letters::{self, Notice};
use crate::services::audit::Doer;
use crate::store::users::{self, User};
use crate::volatile::sessions::Session;

/// Begins a session under a fresh id, and ends the one the browser had; the cookie to set.
pub async fn new_session(app: &App, visitor: &Visitor, user: &User, is_kept: bool) -> Result<HeaderValue> {
    let (now, cookie) = (app.clock.now(), NewCookie::random());
    if let Some(old) = &visitor.session
        && let Some(old) = app.redis.find_session(old).await?
    {
        app.redis.delete_session(old.user_id, &old.id).await?;
    }
    let session = Session {
        id: cookie.id,
        user_id: user.id,
        nonce: user.session_nonce.clone(),
        began_at: now,
        used_at: now,
        proven_at: now,
        is_kept,
        ip: visitor.ip.map(|ip| ip.to_string()).unwrap_or_default(),
        user_agent: visitor.user_agent.clone(),
    };
    let lifetime = lifetime(app, is_kept);
    app.redis.create_session(&session, lifetime).await?;
    users::update_last_login(&app.db, user.id, now).await?;
    if app.redis.note_browser(user.id, &visitor.user_agent).await? {
        let browser = browser_of(&visitor.user_agent).unwrap_or_else(|| "?".to_owned());
        let by = Doer::user(user, visitor.ip);
        letters::notify(&mut *app.db.acquire().await?, app, user, &by, Notice::SignedIn(&browser), now).await?;
    }
    Ok(Cookie::Session.set(app, &cookie.value, is_kept.then_some(lifetime.as_secs())))
}

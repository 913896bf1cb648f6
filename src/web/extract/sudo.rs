//! Sudo mode: dangerous changes through a session want a recent proof of who is there.
//!
//! Pages take `pages::confirmed::Confirmed` in place of their form, which asks in between. The API takes [`Sudo`]: a
//! client that is refused proves itself at `PUT /auth/` and tries again. Tokens are exempt, as their scopes say what
//! they are for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::TimeDelta;

use super::actor::Actor;
use crate::app::App;
use crate::services::directory;
use crate::store::users::User;
use crate::volatile::sessions::Session;
use crate::web::cookie::Cookie;
use crate::web::error::{Error, Result};

/// How long a proof counts.
const VALID_FOR: TimeDelta = TimeDelta::hours(3);

/// An actor who proved lately who they are, or a token.
pub struct Sudo;

/// Whether the session may do dangerous things now. Who has nothing to prove themselves with always may.
pub fn is_proven(app: &App, user: &User, session: &Session) -> bool {
    let has_proof = user.password_hash.is_some() || user.has_two_factor || directory::checks_password_of(app, user);
    app.clock.now() - session.proven_at < VALID_FOR || !has_proof
}

impl FromRequestParts<App> for Sudo {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let actor = Actor::from_request_parts(parts, app).await?;
        if actor.token_scopes.is_some() {
            return Ok(Self);
        }
        let id = Cookie::Session.id(&parts.headers).ok_or(Error::Unauthorized)?;
        let session = app.redis.find_session(&id).await?.ok_or(Error::Unauthorized)?;
        if is_proven(app, &actor.user, &session) {
            return Ok(Self);
        }
        Err(Error::SudoRequired { username: actor.user.username.clone() })
    }
}

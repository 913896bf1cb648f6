//! `/auth/`: signing in by name and password, proving once more who one is, signing out.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::view::OwnUserView;
use crate::app::App;
use crate::services::accounts::new_nonce;
use crate::services::sign_in::{self, Proof};
use crate::store::users;
use crate::web::api::body::Fields;
use crate::web::basic::basic;
use crate::web::cookie::Cookie;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::{SessionAccess, Visitor};
use crate::web::new_session::new_session;

/// `POST /auth/` with `Authorization: Basic`. Who has a second factor signs in on the pages.
pub async fn sign_in(State(app): State<App>, visitor: Visitor, headers: HeaderMap) -> Result<Response> {
    let (name, password) = basic(&headers).ok_or(Error::Unauthorized)?;
    let user = sign_in::attempt(&app, visitor.ip, &name, &password).await?.ok_or(Error::Unauthorized)?;
    if user.has_two_factor || user.is_password_expired {
        return Err(Error::Forbidden(&[]));
    }
    let cookie = new_session(&app, &visitor, &user, false).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(OwnUserView::load(&app, &user).await?)).into_response())
}

/// `PUT /auth/` with `password` or `code`: for three hours dangerous changes need no further proof.
pub async fn prove(
    State(app): State<App>,
    access: SessionAccess,
    visitor: Visitor,
    mut fields: Fields,
) -> Result<Json<OwnUserView>> {
    let (password, code) = (fields.text("password", 256), fields.text("code", 32));
    fields.finish()?;
    let proof = password.map(Proof::Password).or_else(|| code.map(Proof::Code));
    let Some(proof) = proof else {
        return Err(Error::Invalid(FieldErrors::one("password", "This field is required.")));
    };
    let id = visitor.session.as_deref().ok_or(Error::Unauthorized)?;
    if !sign_in::prove(&app, visitor.ip, &access.actor.user, proof).await? {
        return Err(Error::Unauthorized);
    }
    app.redis.prove_session(id, app.clock.now()).await?;
    Ok(Json(OwnUserView::load(&app, &access.actor.user).await?))
}

/// `DELETE /auth/`; with `all` in every browser.
pub async fn sign_out(
    State(app): State<App>,
    access: SessionAccess,
    visitor: Visitor,
    mut fields: Fields,
) -> Result<Response> {
    let all = fields.flag("all").unwrap_or(false);
    fields.finish()?;
    let user_id = access.actor.user.id;
    if all {
        users::update_session_nonce(&app.db, user_id, &new_nonce()).await?;
        app.redis.delete_sessions(user_id, None).await?;
    } else if let Some(id) = &visitor.session {
        app.redis.delete_session(user_id, id).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, Cookie::Session.clear(&app))]).into_response())
}

//! `/api/0/`: who the caller is; `sentry-cli login` and `info` read it.

use axum::Json;
use axum::http::{HeaderMap, header};
use serde::Serialize;

use super::users::UserView;
use crate::web::error::{Error, Result};
use crate::web::extract::Actor;

/// The version of the API, not of Picket.
const VERSION: &str = "0";

#[derive(Serialize)]
pub struct IndexView {
    version: &'static str,
    /// `null` unless a token was sent.
    auth: Option<AuthView>,
    user: Option<UserView>,
}

#[derive(Serialize)]
struct AuthView {
    scopes: Vec<&'static str>,
}

/// Anonymous callers are welcome; a token that is not valid is refused.
pub async fn show(headers: HeaderMap, actor: Result<Actor>) -> Result<Json<IndexView>> {
    let actor = match actor {
        Ok(actor) => Some(actor),
        Err(Error::Unauthorized) if !headers.contains_key(header::AUTHORIZATION) => None,
        Err(error) => return Err(error),
    };
    let scopes = actor.as_ref().and_then(|actor| actor.token_scopes.as_ref());
    let auth = scopes.map(|scopes| AuthView { scopes: scopes.iter().map(|scope| scope.as_str()).collect() });
    let user = actor.as_ref().and_then(|actor| actor.person().ok()).map(|user| UserView::of(user));
    Ok(Json(IndexView { version: VERSION, auth, user }))
}

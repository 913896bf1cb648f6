//! `/users/{user}/authenticators/`: second factors. They are added on the pages, where the device is.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::view::AuthenticatorView;
use crate::app::App;
use crate::services::two_factor;
use crate::store::authenticators;
use crate::types::ids::AuthenticatorId;
use crate::web::error::{Error, Result};
use crate::web::extract::{AccountAccess, Sudo, Visitor};

pub async fn list(State(app): State<App>, access: AccountAccess) -> Result<Json<Vec<AuthenticatorView>>> {
    let factors = authenticators::list(&app.db, access.user.id).await?;
    Ok(Json(factors.iter().map(AuthenticatorView::of).collect()))
}

/// Also another's, for an administrator: who has lost the device and the codes gets in by the password again.
pub async fn remove(
    State(app): State<App>,
    access: AccountAccess,
    visitor: Visitor,
    _proof: Sudo,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode> {
    let id = id.parse().map(AuthenticatorId).map_err(|_| Error::NotFound)?;
    let factors = authenticators::list(&app.db, access.user.id).await?;
    let factor = factors.into_iter().find(|factor| factor.id == id).ok_or(Error::NotFound)?;
    let changed = two_factor::remove(&app, &access.actor.doer(), &access.user, &factor).await?;
    let session = visitor.session.as_deref().filter(|_| access.is_own());
    if let Some(id) = session {
        app.redis.renew_session(id, &changed.session_nonce).await?;
    }
    app.redis.delete_sessions(access.user.id, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

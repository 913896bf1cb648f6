//! An account of the API: one's own, or anyone's for superusers.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::access::path_parameter;
use super::actor::Actor;
use crate::app::App;
use crate::store::users::{self, User};
use crate::web::error::{Error, Result};

/// A session on the account that the path's `{user}` names, `me` or an id. No token reaches it: whoever finds one shall
/// not be able to take the account over.
pub struct AccountAccess {
    pub actor: Actor,
    /// Whose account it is.
    pub user: Arc<User>,
}

impl AccountAccess {
    pub fn is_own(&self) -> bool {
        self.user.id == self.actor.user.id
    }
}

impl FromRequestParts<App> for AccountAccess {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let actor = Actor::from_request_parts(parts, app).await?;
        if actor.token_scopes.is_some() {
            return Err(Error::Forbidden(&[]));
        }
        let name = path_parameter(parts, "user").await?;
        if name == "me" || name == actor.user.id.to_string() {
            return Ok(Self { user: Arc::clone(&actor.user), actor });
        }
        if !actor.user.is_superuser {
            return Err(Error::Forbidden(&[]));
        }
        let id = name.parse().map_err(|_| Error::NotFound)?;
        let user = users::find(&app.db, id).await?.ok_or(Error::NotFound)?;
        Ok(Self { actor, user: Arc::new(user) })
    }
}

/// Somebody who is signed in, not through a token.
pub struct SessionAccess {
    pub actor: Actor,
}

impl FromRequestParts<App> for SessionAccess {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let actor = Actor::from_request_parts(parts, app).await?;
        if actor.token_scopes.is_some() { Err(Error::Forbidden(&[])) } else { Ok(Self { actor }) }
    }
}

//! Someone who may do things: a signed-in user, or a token of theirs.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::needs::Needs;
use super::session;
use super::viewer::Viewer;
use crate::app::App;
use crate::protocol::origin::{AllowedDomains, Origin};
use crate::services::audit::Doer;
use crate::services::{api_keys, tokens};
use crate::store::api_keys::ApiKey;
use crate::store::organizations::{self, Organization};
use crate::store::users::{self, User};
use crate::types::ids::{ApiTokenId, UserId};
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::web::basic::basic;
use crate::web::client_ip::client_ip_of;
use crate::web::cookie::Cookie;
use crate::web::error::{Error, Result};

/// Nobody's id: who acts through an organization's key is no person.
pub const NOBODY: UserId = UserId(-1);

/// The user who acts, and the scopes of the token or key they act through.
#[derive(Clone)]
pub struct Actor {
    /// Through an organization's key nobody acts: an account without rights that is not stored. Whoever writes it down
    /// takes [`Actor::person`].
    pub user: Arc<User>,
    /// The organization's key.
    pub key: Option<Arc<ApiKey>>,
    /// `None`: a session, which may do whatever the user may.
    pub token_scopes: Option<Vec<Scope>>,
    /// That token.
    pub token_id: Option<ApiTokenId>,
    /// Where the request came from, seen through the trusted proxies.
    pub ip: Option<IpAddr>,
}

impl Actor {
    /// As the audit log names who acts.
    pub fn doer(&self) -> Doer {
        match &self.key {
            Some(key) => Doer { ip: self.ip, ..Doer::named(&format!("API key {}", key.label)) },
            None => Doer::user(&self.user, self.ip),
        }
    }

    /// Who acts, for what is kept for a person. An organization's key is refused.
    pub fn person(&self) -> Result<&Arc<User>> {
        if self.key.is_none() { Ok(&self.user) } else { Err(Error::Forbidden(&[])) }
    }

    /// The organizations that the actor belongs to; with `all` every one, for superusers.
    pub async fn organizations(&self, app: &App, all: bool) -> Result<Vec<Organization>> {
        Ok(match &self.key {
            Some(key) => organizations::find(&app.db, key.organization_id).await?.into_iter().collect(),
            None if all && self.user.is_superuser => organizations::list(&app.db).await?,
            None => organizations::list_of_user(&app.db, self.user.id).await?,
        })
    }

    /// Whether the actor holds one of the scopes in an organization where the user has `role`.
    pub fn has_any(&self, scopes: &[Scope], role: Option<Role>) -> bool {
        let is_all = self.user.is_superuser || self.key.is_some();
        let by_role = |scope: &Scope| is_all || role.is_some_and(|role| role.scopes().contains(scope));
        let by_token = |scope: &Scope| self.token_scopes.as_ref().is_none_or(|held| held.contains(scope));
        scopes.iter().any(|scope| by_role(scope) && by_token(scope))
    }

    /// Refuses an actor without any scope of `N`.
    pub fn require<N: Needs>(&self, role: Option<Role>) -> Result<()> {
        if self.has_any(N::ANY_OF, role) { Ok(()) } else { Err(Error::Forbidden(N::ANY_OF)) }
    }
}

impl FromRequestParts<App> for Actor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        if let Some(actor) = parts.extensions.get::<Self>() {
            return Ok(actor.clone());
        }
        let actor = identify(parts, app).await?;
        parts.extensions.insert(actor.clone());
        Ok(actor)
    }
}

async fn identify(parts: &Parts, app: &App) -> Result<Actor> {
    let ip = client_ip_of(app, &parts.headers, &parts.extensions);
    if let Some(viewer) = parts.extensions.get::<Viewer>() {
        let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
        return Ok(Actor { user, key: None, token_scopes: None, token_id: None, ip });
    }
    if let Some((key, _)) = basic(&parts.headers).filter(|(_, password)| password.is_empty()) {
        return of_key(parts, app, &key, ip).await;
    }
    if let Some(header) = parts.headers.get(header::AUTHORIZATION) {
        let token = header.to_str().ok().and_then(bearer).ok_or(Error::Unauthorized)?;
        let token = tokens::authenticate(&app.db, token, app.clock.now()).await?.ok_or(Error::Unauthorized)?;
        let user = active_user(app, token.user_id).await?;
        return Ok(Actor {
            user,
            key: None,
            token_scopes: Some(token.scopes.iter().filter_map(|name| Scope::parse(name)).collect()),
            token_id: Some(token.id),
            ip,
        });
    }
    let id = Cookie::Session.id(&parts.headers).ok_or(Error::Unauthorized)?;
    let session = app.redis.find_session(&id).await?.ok_or(Error::Unauthorized)?;
    let user = session::user_of(app, &session).await?.ok_or(Error::Unauthorized)?;
    Ok(Actor { user, key: None, token_scopes: None, token_id: None, ip })
}

/// Whoever has an organization's key. Pages in browsers may use it from its origins only.
async fn of_key(parts: &Parts, app: &App, secret: &str, ip: Option<IpAddr>) -> Result<Actor> {
    let key = api_keys::authenticate(&app.db, secret, app.clock.now()).await?.ok_or(Error::Unauthorized)?;
    if let Some(origin) = parts.headers.get(header::ORIGIN) {
        let origin = origin.to_str().ok().and_then(Origin::from_header);
        let allowed = AllowedDomains::new(key.allowed_origins.iter().map(String::as_str));
        if !allowed.allow(origin.as_ref()) {
            return Err(Error::bad_request("this key may not be used from this origin"));
        }
    }
    Ok(Actor {
        user: Arc::new(User::nobody(NOBODY, key.created_at)),
        token_scopes: Some(api_keys::scopes(&key)),
        key: Some(Arc::new(key)),
        token_id: None,
        ip,
    })
}

async fn active_user(app: &App, id: UserId) -> Result<Arc<User>> {
    let mut user = users::find(&app.db, id).await?.filter(|user| user.is_active).ok_or(Error::Unauthorized)?;
    session::note_activity(app, &mut user).await?;
    Ok(Arc::new(user))
}

/// The token of `Bearer TOKEN`; the scheme in any case.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

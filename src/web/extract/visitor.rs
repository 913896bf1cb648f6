//! Somebody at the door: where they come from, before it is known who they are.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::app::App;
use crate::web::client_ip::client_ip_of;
use crate::web::cookie::Cookie;
use crate::web::error::Error;

/// Longest name of a browser that is kept.
const MAX_USER_AGENT: usize = 300;

/// A browser that wants to be signed in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Seen through the trusted proxies.
    pub ip: Option<IpAddr>,
    pub user_agent: String,
    /// The session it has already.
    pub session: Option<String>,
    /// Its sign-in that waits for the second factor.
    pub pending: Option<String>,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            ip: client_ip_of(app, &parts.headers, &parts.extensions),
            user_agent: user_agent.unwrap_or_default().chars().take(MAX_USER_AGENT).collect(),
            session: Cookie::Session.id(&parts.headers),
            pending: Cookie::Pending.id(&parts.headers),
        })
    }
}

//! Signing in by the headers of a trusted proxy: only where it is the peer itself, and says each thing once.

use std::net::SocketAddr;

use axum::http::HeaderMap;

use crate::app::App;
use crate::config::HeaderSignIn;
use crate::services::directory::admit;
use crate::services::proxy_sign_in::{self, Told};
use crate::store::users::User;
use crate::web::error::Result;

/// Whom the proxy names, if it is one that may.
pub async fn named_user(app: &App, peer: SocketAddr, headers: &HeaderMap) -> Result<Option<User>> {
    let Some(config) = &app.config.header_sign_in else { return Ok(None) };
    let Some(told) = told(config, peer, headers) else { return Ok(None) };
    match proxy_sign_in::sign_in(app, config, &told).await {
        Ok(user) => Ok(user),
        Err(admit::Error::Database(error)) => Err(error.into()),
        Err(error) => {
            tracing::warn!(user.name = told.user, "sign-in by a header: {error}");
            Ok(None)
        }
    }
}

/// Headers from elsewhere are anybody's. Two of one name mean that the proxy has not removed the client's.
fn told(config: &HeaderSignIn, peer: SocketAddr, headers: &HeaderMap) -> Option<Told> {
    let peer = peer.ip().to_canonical();
    if !config.proxies.iter().any(|network| network.contains(&peer)) {
        return None;
    }
    let mut is_twice = false;
    let mut value = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let first = values.next().filter(|_| !name.is_empty());
        is_twice |= values.next().is_some();
        first.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned()).unwrap_or_default()
    };
    let told = Told {
        user: value(&config.user),
        email: value(&config.email),
        name: value(&config.name),
        groups: value(&config.groups),
    };
    if is_twice {
        tracing::warn!(proxy.ip = %peer, "a header of auth.header.* came twice: the proxy has to replace the client's");
    }
    Some(told).filter(|told| !told.user.is_empty() && !is_twice)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::told;
    use crate::config::{HeaderSignIn, Membership};
    use crate::types::role::Role;

    #[test]
    fn only_a_trusted_peer_is_heard_and_only_once() {
        let config = HeaderSignIn {
            user: "x-user".to_owned(),
            email: String::new(),
            name: "x-name".to_owned(),
            groups: String::new(),
            proxies: vec!["10.0.0.0/8".parse().unwrap()],
            membership: Membership {
                organization: String::new(),
                role: Role::Member,
                has_global_access: false,
                group_roles: vec![],
                group_teams: vec![],
                links_by_email: false,
            },
        };
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(*name, value.parse().unwrap());
            }
            headers
        };
        let user = |peer: &str, pairs: &[(&'static str, &'static str)]| {
            told(&config, peer.parse().unwrap(), &headers(pairs)).map(|told| told.user)
        };
        assert_eq!(user("10.1.2.3:1", &[("x-user", "lin")]), Some("lin".to_owned()));
        assert_eq!(user("[::ffff:10.1.2.3]:1", &[("x-user", "lin")]), Some("lin".to_owned()));
        assert_eq!(user("192.0.2.1:1", &[("x-user", "lin")]), None);
        assert_eq!(user("192.0.2.1:1", &[("x-user", "lin"), ("x-forwarded-for", "10.1.2.3")]), None);
        assert_eq!(user("10.1.2.3:1", &[("x-user", "lin"), ("x-user", "boss")]), None);
        assert_eq!(user("10.1.2.3:1", &[("x-user", "lin"), ("x-name", "a"), ("x-name", "b")]), None);
        assert_eq!(user("10.1.2.3:1", &[("x-user", " ")]), None);
    }
}

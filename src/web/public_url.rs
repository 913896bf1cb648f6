//! The address by which a client reaches us: not always the configured one.

use std::net::SocketAddr;

use axum::http::{HeaderMap, header};

use super::base_path;
use crate::app::App;

/// The root URL that the request came to, without a slash at the end. A client inside the network may know us by
/// another name than `system.url-prefix` says; what it is told to use must reach the same place.
pub fn of_request(app: &App, peer: Option<SocketAddr>, headers: &HeaderMap) -> String {
    let prefix = &app.config.system.url_prefix;
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let trusted = &app.config.web.trusted_proxies;
    let is_proxied = peer.is_some_and(|peer| trusted.iter().any(|network| network.contains(&peer.ip().to_canonical())));
    let forwarded = |name: &'static str| {
        let value = headers.get(name).filter(|_| is_proxied)?.to_str().ok()?;
        value.split(',').next().map(str::trim).filter(|value| !value.is_empty())
    };
    let host = forwarded("x-forwarded-host").or(text(header::HOST)).filter(|host| is_host(host));
    let Some(host) = host else { return prefix.clone() };
    let (scheme, public_host) = prefix.split_once("://").unwrap_or(("http", prefix));
    let public_host = public_host.split('/').next().unwrap_or_default();
    if host.eq_ignore_ascii_case(public_host) {
        return prefix.clone();
    }
    let scheme = match forwarded("x-forwarded-proto") {
        Some("https") => "https",
        Some("http") => "http",
        // The same machine under a name of its own, most likely with a port of ours.
        _ if host.contains(':') => "http",
        _ => scheme,
    };
    format!("{scheme}://{host}{}", base_path(app))
}

/// Names, addresses and ports; nothing that would change the URL around it.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

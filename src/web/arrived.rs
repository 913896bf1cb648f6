//! How a request says that it came: by which address, through which proxy, from which site (demands.md 1, 11, 18).

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use url::Url;

use super::base_path;
use super::cookie::Cookie;
use crate::app::App;
use crate::config::Config;

/// What a request tells of its way; texts as they came.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// Who connected: the browser, or the last proxy.
    pub peer: Option<IpAddr>,
    /// Whether that is a proxy whose headers are believed.
    pub is_trusted: bool,
    pub host: Option<String>,
    pub origin: Option<String>,
    /// `Sec-Fetch-Site`.
    pub site: Option<String>,
    pub referer: Option<String>,
    pub forwarded_proto: Option<String>,
    pub forwarded_host: Option<String>,
    pub forwarded_for: Option<String>,
    pub has_cookie: bool,
}

/// What would let a refused form through, if it was no attack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// The browser hides where it is: an extension, a sandbox, a `Referrer-Policy` of the proxy.
    HiddenOrigin,
    /// The browser is at this origin, and the proxy passes on another `Host`.
    PassHost { origin: String },
    /// The browser tells no origin, and that it comes from elsewhere.
    Foreign,
}

impl Arrived {
    pub fn of(app: &App, headers: &HeaderMap, extensions: &Extensions) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let trusted = &app.config.web.trusted_proxies;
        let text = |name: &str| {
            let value = headers.get(name)?.to_str().ok()?.trim();
            Some(value.to_owned()).filter(|value| !value.is_empty())
        };
        Self {
            peer,
            is_trusted: peer.is_some_and(|peer| trusted.iter().any(|network| network.contains(&peer))),
            host: text("host"),
            origin: text("origin"),
            site: text("sec-fetch-site"),
            referer: text("referer"),
            forwarded_proto: text("x-forwarded-proto"),
            forwarded_host: text("x-forwarded-host"),
            forwarded_for: text("x-forwarded-for"),
            has_cookie: Cookie::Session.id(headers).is_some(),
        }
    }

    /// Whether a browser sent this from a page of ours, or no browser did. Those that know `Sec-Fetch-Site` say so;
    /// others name the origin, which is ours if it is the configured one, an accepted one, or the request's own host.
    pub fn is_own_site(&self, config: &Config) -> bool {
        match (self.site.as_deref(), self.origin.as_deref()) {
            (Some("same-origin" | "none"), _) | (None, None) => true,
            (_, Some(origin)) => config.system.is_known_origin(origin) || self.is_own_host(origin),
            (Some(_), None) => false,
        }
    }

    /// The root URL in the address bar, without the base path, as far as the request tells.
    pub fn seen_origin(&self) -> Option<String> {
        let told = [&self.origin, &self.referer].into_iter().flatten().find_map(|text| origin_of(text));
        told.or_else(|| {
            let host = self.effective_host()?;
            Some(format!("{}://{host}", self.effective_scheme().unwrap_or("http")))
        })
    }

    /// The root URL that the request came to, without a slash at the end. A client inside the network may know us by
    /// another name than `system.url-prefix` says; what it is told to use must reach the same place.
    pub fn root_url(&self, app: &App) -> String {
        let prefix = &app.config.system.url_prefix;
        let Some(host) = self.effective_host().filter(|host| is_host(host)) else { return prefix.clone() };
        let (scheme, public_host) = prefix.split_once("://").unwrap_or(("http", prefix));
        if host.eq_ignore_ascii_case(public_host.split('/').next().unwrap_or_default()) {
            return prefix.clone();
        }
        // The same machine under a name of its own, most likely with a port of ours.
        let guess = if host.contains(':') { "http" } else { scheme };
        format!("{}://{host}{}", self.effective_scheme().unwrap_or(guess), base_path(app))
    }

    pub fn advice(&self) -> Advice {
        match self.origin.as_deref() {
            Some("null") => Advice::HiddenOrigin,
            Some(origin) => Advice::PassHost { origin: origin.to_owned() },
            None => Advice::Foreign,
        }
    }

    /// Names and values for who has to find out what is wrong; what did not come is `-`.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        vec![
            ("Host", text(&self.host)),
            ("Origin", text(&self.origin)),
            ("Sec-Fetch-Site", text(&self.site)),
            ("X-Forwarded-Proto", text(&self.forwarded_proto)),
            ("X-Forwarded-Host", text(&self.forwarded_host)),
            ("X-Forwarded-For", text(&self.forwarded_for)),
            ("Cookie", if self.has_cookie { "picket_session=…".to_owned() } else { "-".to_owned() }),
        ]
    }

    /// The host that the browser asked for.
    fn effective_host(&self) -> Option<&str> {
        self.believed(self.forwarded_host.as_deref()).or(self.host.as_deref())
    }

    /// The scheme that the browser used, where a proxy of ours tells it.
    fn effective_scheme(&self) -> Option<&'static str> {
        match self.believed(self.forwarded_proto.as_deref())? {
            "https" => Some("https"),
            "http" => Some("http"),
            _ => None,
        }
    }

    /// The first of what a chain of proxies says, if the last of them is ours.
    fn believed<'a>(&self, value: Option<&'a str>) -> Option<&'a str> {
        let first = value.filter(|_| self.is_trusted)?.split(',').next()?.trim();
        Some(first).filter(|first| !first.is_empty())
    }

    fn is_own_host(&self, origin: &str) -> bool {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        let hosts = [self.host.as_deref(), self.effective_host()];
        authority.is_some_and(|authority| hosts.into_iter().flatten().any(|host| host.eq_ignore_ascii_case(authority)))
    }
}

impl FromRequestParts<App> for Arrived {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(app, &parts.headers, &parts.extensions))
    }
}

/// Names, addresses and ports; nothing that would change the URL around it.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

fn origin_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::Arrived;
    use crate::config::Config;

    fn arrived(host: &str, origin: &str, site: &str, forwarded_host: &str) -> Arrived {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Arrived {
            host: text(host),
            origin: text(origin),
            site: text(site),
            forwarded_host: text(forwarded_host),
            ..Arrived::default()
        }
    }

    #[test]
    fn forms_of_other_sites_are_told_from_ours() {
        let mut config = Config::default();
        "https://errors.example/base".clone_into(&mut config.system.url_prefix);
        config.system.accepted_hosts = vec!["errors.intern".to_owned(), "https://old.example".to_owned()];
        for (host, origin, site, forwarded, expected) in [
            ("x:9000", "", "", "", true),
            ("x:9000", "", "same-origin", "", true),
            ("x:9000", "https://evil.example", "same-origin", "", true),
            ("x:9000", "https://errors.example", "same-site", "", true),
            ("x:9000", "https://errors.example", "", "", true),
            ("x:9000", "http://errors.example", "", "", false),
            ("errors.example", "http://errors.example", "", "", true),
            ("x:9000", "http://errors.intern", "", "", true),
            ("x:9000", "https://old.example", "cross-site", "", true),
            ("x:9000", "http://old.example", "", "", false),
            ("x:9000", "https://evil.example", "cross-site", "", false),
            ("x:9000", "https://evil.example", "", "", false),
            ("x:9000", "https://evil.example", "", "evil.example", false),
            ("x:9000", "null", "cross-site", "", false),
            ("x:9000", "", "cross-site", "", false),
            ("x:9000", "", "same-site", "", false),
        ] {
            let arrived = arrived(host, origin, site, forwarded);
            assert_eq!(arrived.is_own_site(&config), expected, "{arrived:?}");
        }
    }

    #[test]
    fn the_address_in_the_browser_is_told_by_origin_referer_or_host() {
        let mut arrived = arrived("inside:9000", "", "", "errors.example");
        arrived.forwarded_proto = Some("https".to_owned());
        assert_eq!(arrived.seen_origin().as_deref(), Some("http://inside:9000"), "a stranger's headers");
        arrived.is_trusted = true;
        assert_eq!(arrived.seen_origin().as_deref(), Some("https://errors.example"));
        arrived.forwarded_proto = Some("https, http".to_owned());
        assert_eq!(arrived.seen_origin().as_deref(), Some("https://errors.example"), "through two proxies");
        arrived.referer = Some("https://other.example:8443/a/b/".to_owned());
        assert_eq!(arrived.seen_origin().as_deref(), Some("https://other.example:8443"));
        arrived.origin = Some("null".to_owned());
        assert_eq!(arrived.seen_origin().as_deref(), Some("https://other.example:8443"));
    }
}

//! Which web origins may send: the allowed domains of a project (ingest.md 4.3).
//!
//! The same matcher decides about the documents of security reports and the sources of CSP noise.

use std::borrow::Cow;

use url::Url;

/// Where a browser's request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `null`: sandboxed frames, files, redirects. Only `*` allows it.
    Null,
    Site(Site),
}

/// The parts of a URL that patterns look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The whole text, lower-case, without trailing slashes.
    text: String,
    scheme: String,
    host: String,
    port: Option<u16>,
    /// With its leading slash; empty for a bare origin.
    path: String,
}

impl Origin {
    /// Takes the value of `Origin` or `Referer`. What is neither `null` nor an http URL is no origin.
    pub fn from_header(value: &str) -> Option<Self> {
        let value = value.trim();
        if value == "null" {
            return Some(Self::Null);
        }
        Self::from_uri(value).filter(|origin| matches!(origin, Self::Site(site) if site.scheme.starts_with("http")))
    }

    /// Takes a URI of any scheme, as security reports name them.
    pub fn from_uri(uri: &str) -> Option<Self> {
        let url = Url::parse(uri.trim()).ok()?;
        let path = if url.path() == "/" { "" } else { url.path() };
        Some(Self::Site(Site {
            text: uri.trim().trim_end_matches('/').to_lowercase(),
            scheme: url.scheme().to_owned(),
            host: url.host_str().unwrap_or_default().to_lowercase(),
            port: url.port_or_known_default(),
            path: path.to_owned(),
        }))
    }
}

/// A list of patterns, prepared for matching.
#[derive(Clone, Debug, Default)]
pub struct AllowedDomains {
    any: bool,
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    scheme: Option<String>,
    /// `*`, `*:port`, `*.domain`, or a host with or without a port.
    host: String,
    /// Without its leading slash and trailing star; `None`: any.
    path: Option<String>,
}

impl AllowedDomains {
    /// Empty patterns and hosts that cannot be encoded are left out.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut domains = Self::default();
        for pattern in patterns.into_iter().map(str::trim).filter(|pattern| !pattern.is_empty()) {
            domains.any |= pattern == "*";
            domains.patterns.extend(Pattern::parse(pattern));
        }
        domains
    }

    /// Whether `*` is among them, so that nothing need be looked at.
    pub fn allow_any(&self) -> bool {
        self.any
    }

    /// Whether any of them matches. No origin is allowed by `*` only; requests without one are not to be asked about.
    pub fn allow(&self, origin: Option<&Origin>) -> bool {
        let Some(Origin::Site(site)) = origin else { return self.any };
        self.any || self.patterns.iter().any(|pattern| pattern.matches(site))
    }
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('/').to_lowercase();
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_owned()).filter(|scheme| scheme != "*"), rest),
            None => (None, text.as_str()),
        };
        let (host, path) = match rest.split_once('/') {
            Some((host, path)) => (host, Some(path.trim_end_matches('*').to_owned()).filter(|path| !path.is_empty())),
            None => (rest, None),
        };
        Some(Self { host: encoded_host(host)?.into_owned(), scheme, path, text })
    }

    fn matches(&self, site: &Site) -> bool {
        if self.text == site.text {
            return true;
        }
        if self.scheme.as_ref().is_some_and(|scheme| *scheme != site.scheme) {
            return false;
        }
        if let Some(domain) = self.host.strip_prefix("*.") {
            return site.host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        }
        self.matches_host(site) && self.matches_path(site)
    }

    fn matches_host(&self, site: &Site) -> bool {
        if self.host == "*" || self.host == site.host {
            return true;
        }
        let Some((host, port)) = self.host.rsplit_once(':') else { return false };
        (host == "*" || host == site.host) && port.parse().ok() == site.port && site.port.is_some()
    }

    /// A bare origin matches any path: browsers no longer send whole referers.
    fn matches_path(&self, site: &Site) -> bool {
        let Some(path) = &self.path else { return true };
        site.path.is_empty() || site.path.strip_prefix('/').is_some_and(|rest| rest.to_lowercase().starts_with(path))
    }
}

/// The host with the international part in ASCII; stars, ports and brackets stay.
fn encoded_host(host: &str) -> Option<Cow<'_, str>> {
    if host.is_ascii() {
        return Some(Cow::Borrowed(host));
    }
    let (prefix, host) = host.strip_prefix("*.").map_or(("", host), |rest| ("*.", rest));
    let (name, port) = host.rsplit_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let name = idna::domain_to_ascii(name).ok()?;
    Some(Cow::Owned(match port {
        Some(port) => format!("{prefix}{name}:{port}"),
        None => format!("{prefix}{name}"),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{AllowedDomains, Origin};

    #[test]
    fn vectors() {
        let text = include_str!("../../tests/fixtures/vectors/allowed_domains.json");
        let file: Value = serde_json::from_str(text).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let patterns = case["allowed"].as_array().unwrap().iter().map(|pattern| pattern.as_str().unwrap());
            let origin = case["origin"].as_str().and_then(Origin::from_header);
            let allowed = AllowedDomains::new(patterns).allow(origin.as_ref());
            assert_eq!(allowed, case["expect"], "{}", case["id"]);
        }
    }

    #[test]
    fn the_table_of_the_protocol() {
        for (pattern, origin, expected) in [
            ("*.example.com", "https://a.b.example.com:8443", true),
            ("*.bücher.example", "https://a.xn--bcher-kva.example", true),
            ("bücher.example:8080", "http://xn--bcher-kva.example:8080", true),
            ("example.com:8080", "http://example.com", false),
            ("example.com/app*", "http://example.com/application/x", true),
            ("example.com/app*", "http://example.com", true),
            ("http://example.com/a/b/", "http://EXAMPLE.com/a/b", true),
            ("[::1]:9000", "http://[::1]:9000", true),
            ("", "http://example.com", false),
            ("  example.com  ", "http://example.com", true),
        ] {
            let allowed = AllowedDomains::new([pattern]).allow(Origin::from_header(origin).as_ref());
            assert_eq!(allowed, expected, "{pattern} {origin}");
        }
    }

    #[test]
    fn what_is_no_origin() {
        for value in ["file:///etc/passwd", "garbage", "", "chrome-extension://abc", "http://"] {
            assert_eq!(Origin::from_header(value), None, "{value}");
        }
        assert_eq!(Origin::from_header("null"), Some(Origin::Null));
    }

    #[test]
    fn sources_of_noise_match_by_scheme() {
        let noise = AllowedDomains::new(["chrome-extension://*", "localhost", "about"]);
        for (uri, expected) in [
            ("chrome-extension://abc", true),
            ("chrome-extension://abc/x.js", true),
            ("http://localhost:3000/a", true),
            ("https://cdn.test/a", false),
        ] {
            assert_eq!(noise.allow(Origin::from_uri(uri).as_ref()), expected, "{uri}");
        }
    }
}

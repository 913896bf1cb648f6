//! Files of the public web, fetched for projects that ask for it: one client, behind a guard (sourcemaps.md 10).
//!
//! The guard refuses addresses that are not public before it connects, also after each redirect, and connects to no
//! other than those it has looked at: a name that is resolved again may lead elsewhere. Proxies of the environment are
//! not used, because behind them the guard would be blind.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Response, redirect};
use url::{Host, Url};

use crate::types::public_address::is_public;

/// Longest time for one file, with its redirects.
pub const MAX_TIME: Duration = Duration::from_secs(5);
const MAX_CONNECT_TIME: Duration = Duration::from_secs(2);
/// Bytes of a body as it comes.
pub const MAX_BYTES: usize = 20 << 20;
const MAX_REDIRECTS: usize = 5;
/// Ports of web servers; hosts that an administrator allows may have any.
const PORTS: [u16; 4] = [80, 443, 8080, 8443];
const USER_AGENT: &str = concat!("picket/", env!("CARGO_PKG_VERSION"));

/// Fetches files. Cheap to clone; nothing is opened before the first use.
#[derive(Clone, Debug)]
pub struct Web {
    parts: Arc<Parts>,
}

#[derive(Debug)]
struct Parts {
    /// Hosts that may be anywhere, in lower case.
    allowed_hosts: HashSet<String>,
    verifying: OnceLock<Client>,
    trusting: OnceLock<Client>,
}

/// What came back with status 200.
#[derive(Debug)]
pub struct Fetched {
    /// Where it was in the end.
    pub url: Url,
    pub headers: HeaderMap,
    /// As it came: perhaps gzipped.
    pub body: Vec<u8>,
}

/// Why nothing came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("{0} is not a public web address")]
    Restricted(String),
    #[error("the server answered {0}")]
    Status(u16),
    #[error("larger than {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    #[error("more than {MAX_REDIRECTS} redirects")]
    Redirects,
    #[error("no answer within {} s", MAX_TIME.as_secs())]
    Timeout,
    #[error("{0}")]
    Failed(String),
}

impl Web {
    pub fn new(allowed_hosts: &[String]) -> Self {
        let allowed_hosts = allowed_hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { parts: Arc::new(Parts { allowed_hosts, verifying: OnceLock::new(), trusting: OnceLock::new() }) }
    }

    /// Fetches a file. `header` gives what one address is sent beside the usual, so that a secret stays with the hosts
    /// it is meant for.
    pub async fn get(
        &self,
        url: &Url,
        verifies_tls: bool,
        header: impl Fn(&Url) -> Option<(HeaderName, HeaderValue)>,
    ) -> Result<Fetched, FetchError> {
        tokio::time::timeout(MAX_TIME, self.follow(url, verifies_tls, header)).await.map_err(|_| FetchError::Timeout)?
    }

    async fn follow(
        &self,
        url: &Url,
        verifies_tls: bool,
        header: impl Fn(&Url) -> Option<(HeaderName, HeaderValue)>,
    ) -> Result<Fetched, FetchError> {
        let client = self.client(verifies_tls)?;
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            self.check(&url)?;
            let mut request = client.get(url.clone()).header(ACCEPT_ENCODING, "gzip");
            if let Some((name, value)) = header(&url) {
                request = request.header(name, value);
            }
            let response = request.send().await.map_err(|error| failed(&error))?;
            match redirected(&response, &url) {
                Some(next) => url = next,
                None => return read(response, url).await,
            }
        }
        Err(FetchError::Redirects)
    }

    /// Addresses that stand in the URL itself are not resolved, so they are looked at here.
    pub(super) fn check(&self, url: &Url) -> Result<(), FetchError> {
        let restricted = || FetchError::Restricted(url.host_str().unwrap_or_default().to_owned());
        let is_public = match url.host().ok_or_else(restricted)? {
            Host::Ipv4(address) => is_public(IpAddr::V4(address)),
            Host::Ipv6(address) => is_public(IpAddr::V6(address)),
            Host::Domain(_) => true,
        };
        let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let has_port = url.port_or_known_default().is_some_and(|port| PORTS.contains(&port));
        let is_allowed = self.parts.allows(url.host_str().unwrap_or_default());
        if is_web && (is_allowed || is_public && has_port) { Ok(()) } else { Err(restricted()) }
    }

    /// What resolves names for a client of ours, and refuses addresses that are not public.
    pub(super) fn resolver(&self) -> impl Resolve + 'static {
        Guard { parts: Arc::clone(&self.parts) }
    }

    fn client(&self, verifies_tls: bool) -> Result<&Client, FetchError> {
        let place = if verifies_tls { &self.parts.verifying } else { &self.parts.trusting };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        super::choose_cryptography();
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .http1_only()
            .connect_timeout(MAX_CONNECT_TIME)
            .tls_danger_accept_invalid_certs(!verifies_tls)
            .dns_resolver(self.resolver())
            .build()
            .map_err(|error| failed(&error))?;
        Ok(place.get_or_init(|| client))
    }
}

impl Parts {
    fn allows(&self, host: &str) -> bool {
        self.allowed_hosts.contains(host.trim_end_matches('.'))
    }
}

/// Resolves names to public addresses only.
struct Guard {
    parts: Arc<Parts>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let parts = Arc::clone(&self.parts);
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let is_safe = parts.allows(name.as_str()) || addresses.iter().all(|address| is_public(address.ip()));
            if !is_safe {
                let restricted = FetchError::Restricted(name.as_str().to_owned());
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, restricted).into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

fn redirected(response: &Response, url: &Url) -> Option<Url> {
    let location = response.headers().get(LOCATION).filter(|_| response.status().is_redirection())?;
    url.join(location.to_str().ok()?).ok()
}

async fn read(mut response: Response, url: Url) -> Result<Fetched, FetchError> {
    if response.status() != 200 {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let headers = std::mem::take(response.headers_mut());
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| failed(&error))? {
        if body.len() + piece.len() > MAX_BYTES {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Fetched { url, headers, body })
}

/// The innermost cause says what happened; the guard's own word comes through as it is.
pub(super) fn failed(error: &reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::Timeout;
    }
    let mut cause: &dyn std::error::Error = error;
    loop {
        if let Some(restricted @ FetchError::Restricted(_)) = cause.downcast_ref() {
            return restricted.clone();
        }
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref).map(|inner| inner as _);
        match inner.or_else(|| cause.source()) {
            Some(source) => cause = source,
            None => return FetchError::Failed(cause.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{FetchError, Web};

    #[test]
    fn urls_are_checked_before_anything_is_sent() {
        let web = Web::new(&["Intranet.example".to_owned(), "10.1.1.1".to_owned()]);
        for (url, is_good) in [
            ("https://cdn.example.com/app.js", true),
            ("http://cdn.example.com:8080/app.js", true),
            ("http://93.184.216.34/app.js", true),
            ("https://intranet.example:9999/app.js", true),
            ("http://10.1.1.1:3000/app.js", true),
            ("http://cdn.example.com:22/", false),
            ("ftp://cdn.example.com/app.js", false),
            ("http://user:secret@cdn.example.com/app.js", false),
            ("http://127.0.0.1/app.js", false),
            ("http://2130706433/app.js", false),
            ("http://[::1]/app.js", false),
            ("http://[::ffff:10.0.0.1]/app.js", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(web.check(&Url::parse(url).unwrap()).is_ok(), is_good, "{url}");
        }
    }

    #[tokio::test]
    async fn names_must_lead_to_public_addresses() {
        let url = Url::parse("http://localhost:8080/app.js").unwrap();
        let refused = Web::new(&[]).get(&url, true, |_| None).await.unwrap_err();
        assert_eq!(refused, FetchError::Restricted("localhost".to_owned()));
    }
}

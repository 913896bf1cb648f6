//! Scripts, maps and sources that nobody uploaded, fetched from the web for projects that ask for it (sourcemaps.md 10).

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use url::Url;

use super::artifacts::File;
use super::cache::{Lru, lock};
use super::content;
use crate::app::App;
use crate::outbound::web::{FetchError, Fetched, MAX_BYTES};
use crate::pipeline::symbolicate::{Failure, Found, FoundBy, reference};
use crate::protocol::origin::{AllowedDomains, Origin};
use crate::types::artifact::ArtifactKind;
use crate::types::hex;
use crate::types::ids::ProjectId;
use crate::types::project_settings::{Fetching, ProjectSettings};

/// Files that are fetched for one batch, and the time they may take together: the other events wait meanwhile.
const MAX_FETCHES: usize = 30;
const MAX_TIME: Duration = Duration::from_secs(15);
/// How long a file counts as it is; what the server says is taken within these bounds.
const MIN_AGE: Duration = Duration::from_mins(1);
const MAX_AGE: Duration = Duration::from_hours(2);
/// How long a server that could not be reached is left alone.
const PAUSE: Duration = Duration::from_mins(5);
const CACHE_BYTES: usize = 32 << 20;
/// What an answer weighs beside its content.
const ENTRY_BYTES: usize = 500;
const SERVERS: usize = 1000;

static KNOWN: LazyLock<Mutex<Lru<Known>>> = LazyLock::new(|| Mutex::new(Lru::new(CACHE_BYTES)));
static PAUSED: LazyLock<Mutex<Lru<(Instant, Failure)>>> = LazyLock::new(|| Mutex::new(Lru::new(SERVERS)));

/// A file of the web.
#[derive(Debug)]
pub struct Scraped {
    /// Names the content.
    pub key: String,
    pub content: Bytes,
    reference: Option<String>,
}

/// An answer, and until when it counts.
#[derive(Clone)]
struct Known {
    until: Instant,
    answer: Result<Arc<Scraped>, Failure>,
}

/// Fetches for one project.
pub struct Scraper<'a> {
    app: &'a App,
    project_id: ProjectId,
    fetching: Fetching,
    /// Where the token goes.
    own_domains: AllowedDomains,
    fetches: AtomicUsize,
    spent_ms: AtomicU64,
}

impl<'a> Scraper<'a> {
    /// `None`: the project does not ask for it, or the installation does not allow it.
    pub fn new(app: &'a App, project_id: ProjectId, settings: &ProjectSettings) -> Option<Self> {
        if !settings.fetching.is_on || !app.config.source_maps.may_fetch {
            return None;
        }
        // A token that goes everywhere is no secret.
        let own_domains = settings.allowed_domains.iter().map(String::as_str).filter(|domain| domain.trim() != "*");
        Some(Self {
            app,
            project_id,
            fetching: settings.fetching.clone(),
            own_domains: AllowedDomains::new(own_domains),
            fetches: AtomicUsize::default(),
            spent_ms: AtomicU64::default(),
        })
    }

    /// The file at an address of the web. `Ok(None)`: it's no such address.
    pub async fn find(&self, url: &str, kind: ArtifactKind) -> Result<Option<Found<File>>, Failure> {
        let Ok(mut address) = Url::parse(url) else { return Ok(None) };
        if !matches!(address.scheme(), "http" | "https") {
            return Ok(None);
        }
        address.set_fragment(None);
        let file = self.file(&address).await?;
        if kind == ArtifactKind::MinifiedSource && is_page(&file.content) {
            let reason = "a page came instead of a script".to_owned();
            return Err(Failure { kind: "js_invalid_content", reason });
        }
        let reference = file.reference.clone();
        let name = address.into();
        Ok(Some(Found { name, by: FoundBy::Web, reference, debug_id: None, file: File::Scraped(file) }))
    }

    async fn file(&self, url: &Url) -> Result<Arc<Scraped>, Failure> {
        // Projects do not see what another's token opened.
        let key = format!("{}:{url}", self.project_id);
        if let Some(known) = lock(&KNOWN).get(&key).filter(|known| known.until > Instant::now()) {
            return known.answer;
        }
        if let Some((until, failure)) = lock(&PAUSED).get(&server(url))
            && until > Instant::now()
        {
            return Err(failure);
        }
        let (answer, age) = self.fetch(url).await?;
        let weight = ENTRY_BYTES + answer.as_ref().map_or(0, |file| file.content.len());
        lock(&KNOWN).insert(key, Known { until: Instant::now() + age, answer: answer.clone() }, weight);
        answer
    }

    /// Gives the answer and how long it counts. Fails when nothing may be fetched any more, which is not remembered.
    async fn fetch(&self, url: &Url) -> Result<(Result<Arc<Scraped>, Failure>, Duration), Failure> {
        let spent = Duration::from_millis(self.spent_ms.load(Ordering::Relaxed));
        if self.fetches.fetch_add(1, Ordering::Relaxed) >= MAX_FETCHES || spent > MAX_TIME {
            let reason = format!("at most {MAX_FETCHES} files and {} s for a batch", MAX_TIME.as_secs());
            return Err(Failure { kind: "js_too_many_sources", reason });
        }
        let start = Instant::now();
        let fetched = self.app.web.get(url, self.fetching.verifies_tls, |url| self.token(url)).await;
        let spent = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.spent_ms.fetch_add(spent, Ordering::Relaxed);
        Ok(match fetched {
            Ok(fetched) => {
                let age = age(&fetched.headers);
                (scraped(fetched).await.map(Arc::new), age)
            }
            Err(error) => {
                self.note_restricted(&error).await;
                (Err(self.failed(url, &error)), MIN_AGE)
            }
        })
    }

    /// For the set-up check: somebody may have meant the host.
    async fn note_restricted(&self, error: &FetchError) {
        let FetchError::Restricted(host) = error else { return };
        if let Err(error) = self.app.redis.note_restricted(host, self.app.clock.now()).await {
            tracing::debug!(%error, "a refused host could not be noted");
        }
    }

    fn token(&self, url: &Url) -> Option<(HeaderName, HeaderValue)> {
        let origin = Origin::from_uri(url.as_str());
        let is_own = !self.fetching.token.is_empty() && origin.is_some() && self.own_domains.allow(origin.as_ref());
        if !is_own {
            return None;
        }
        let name = HeaderName::try_from(&self.fetching.token_header).ok()?;
        let mut value = HeaderValue::try_from(&self.fetching.token).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    }

    /// Says why, and leaves servers alone that did not answer.
    fn failed(&self, url: &Url, error: &FetchError) -> Failure {
        let kind = match error {
            FetchError::Restricted(_) => "restricted_ip",
            FetchError::Status(_) => "fetch_invalid_http_code",
            FetchError::TooLarge => "fetch_too_large",
            FetchError::Timeout => "fetch_timeout",
            FetchError::Redirects | FetchError::Failed(_) => "fetch_generic_error",
        };
        let failure = Failure { kind, reason: error.to_string() };
        if matches!(error, FetchError::Timeout | FetchError::Failed(_)) {
            tracing::info!(project.id = self.project_id.0, host = url.host_str(), %error, "a server is left alone");
            lock(&PAUSED).insert(server(url), (Instant::now() + PAUSE, failure.clone()), 1);
        }
        failure
    }
}

async fn scraped(fetched: Fetched) -> Result<Scraped, Failure> {
    let header = |name: &'static str| (name, fetched.headers.get(name).and_then(|value| value.to_str().ok()));
    let headers = [header("sourcemap"), header("x-sourcemap")];
    let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let reference = reference::in_headers(headers).map(str::to_owned);
    let content = content::unpack(fetched.body.into(), MAX_BYTES).await?;
    let key = hex::encode(&Sha256::digest(&content));
    Ok(Scraped { key, content, reference })
}

/// Host and port.
fn server(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

/// A page of HTML, such as servers send for what they lack.
fn is_page(content: &[u8]) -> bool {
    content.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// How long an answer counts: its `max-age`, within bounds.
fn age(headers: &HeaderMap) -> Duration {
    let control = headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let max_age = control.split(',').find_map(|part| part.trim().strip_prefix("max-age="));
    let seconds = max_age.and_then(|seconds| seconds.trim().parse().ok()).unwrap_or_default();
    Duration::from_secs(seconds).clamp(MIN_AGE, MAX_AGE)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{CACHE_CONTROL, HeaderMap, HeaderValue};

    use super::{age, is_page};

    #[test]
    fn ages_are_within_bounds() {
        for (control, seconds) in
            [("", 60), ("no-cache", 60), ("public, max-age=600", 600), ("max-age=5", 60), ("max-age=99999999", 7200)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(control));
            assert_eq!(age(&headers), Duration::from_secs(seconds), "{control}");
        }
    }

    #[test]
    fn pages_are_no_scripts() {
        assert!(is_page(b"\n <!doctype html>"));
        assert!(!is_page(b"var a = 1 < 2"));
    }
}

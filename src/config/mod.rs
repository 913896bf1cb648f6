//! Settings: defaults, `config.yml`, environment. The only reader of files and environment variables.
//!
//! One struct per section, one file per struct as they grow. The loader fills [`Config`]; the rest of the program only
//! reads it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

/// Every setting that takes effect at start.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub system: System,
    pub web: Web,
    pub auth: Auth,
    pub database: Database,
    pub redis: Redis,
    pub ingest: Ingest,
    pub worker: Worker,
    pub events: Events,
    pub blobs: Blobs,
}

#[derive(Clone, Debug)]
pub struct System {
    /// Public root URL without a trailing slash: DSNs, links and cookies depend on it.
    pub url_prefix: String,
    /// Signs what leaves the server and comes back; `None` until configured.
    pub secret_key: Option<String>,
    pub admin_email: String,
    /// Name shown in titles.
    pub site_name: String,
    /// Events per minute for the whole installation; 0: no limit.
    pub rate_limit: u32,
    /// One organization, whose name need not be chosen (SENTRY_SINGLE_ORGANIZATION).
    pub single_organization: bool,
}

#[derive(Clone, Debug)]
pub struct Web {
    pub bind: SocketAddr,
    /// Where `/_metrics` listens; `None`: nowhere.
    pub metrics_bind: Option<SocketAddr>,
    /// Proxies whose `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    pub request_timeout: Duration,
    /// How long requests and batches in hand may take after SIGTERM.
    pub shutdown_timeout: Duration,
    /// Origins, beside each project's own, that browsers may send events from.
    pub allow_origin: Vec<String>,
    pub allow_registration: bool,
    pub session_lifetime: Duration,
    /// Failed sign-ins per minute and address before a wait.
    pub login_rate_limit: u32,
}

/// What a password hash costs (argon2id); tests make it cheap.
#[derive(Clone, Debug)]
pub struct Auth {
    pub password_memory_kib: u32,
    pub password_iterations: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Database {
    /// `None`: `run all` starts a private server.
    pub url: Option<String>,
    pub max_connections: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Redis {
    /// `redis://` or `unix://` URL; `None`: `run all` starts a private server.
    pub url: Option<String>,
}

/// Limits of ingest.md 5, in bytes where sizes.
#[derive(Clone, Debug)]
pub struct Ingest {
    pub max_event_bytes: usize,
    /// Request body as it came.
    pub max_body_bytes: usize,
    /// Envelope after decompression.
    pub max_envelope_bytes: usize,
    pub max_attachment_bytes: usize,
    /// Entries in the event stream at which ingest answers 429.
    pub max_queue_length: u64,
    /// How long a client may take to send its body.
    pub body_timeout: Duration,
}

#[derive(Clone, Debug)]
pub struct Worker {
    /// Entries taken from the stream at a time.
    pub batch_size: usize,
    /// After how long without a sign of life another worker takes over a batch.
    pub takeover_after: Duration,
}

#[derive(Clone, Debug)]
pub struct Events {
    pub retention_days: u32,
}

#[derive(Clone, Debug)]
pub struct Blobs {
    /// Folder of the content-addressed files.
    pub directory: PathBuf,
}

impl Default for System {
    fn default() -> Self {
        Self {
            url_prefix: "http://localhost:9000".to_owned(),
            secret_key: None,
            admin_email: String::new(),
            site_name: "Picket".to_owned(),
            rate_limit: 0,
            single_organization: true,
        }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 9000)),
            metrics_bind: None,
            trusted_proxies: Vec::new(),
            request_timeout: Duration::from_secs(30),
            shutdown_timeout: Duration::from_secs(20),
            allow_origin: Vec::new(),
            allow_registration: false,
            session_lifetime: Duration::from_secs(14 * 24 * 3600),
            login_rate_limit: 20,
        }
    }
}

impl Default for Auth {
    fn default() -> Self {
        Self { password_memory_kib: 19 * 1024, password_iterations: 2 }
    }
}

impl Default for Ingest {
    fn default() -> Self {
        Self {
            max_event_bytes: 1 << 20,
            max_body_bytes: 20 << 20,
            max_envelope_bytes: 100 << 20,
            max_attachment_bytes: 50 << 20,
            max_queue_length: 1_000_000,
            body_timeout: Duration::from_secs(30),
        }
    }
}

impl Default for Worker {
    fn default() -> Self {
        Self { batch_size: 500, takeover_after: Duration::from_secs(60) }
    }
}

impl Default for Events {
    fn default() -> Self {
        Self { retention_days: 90 }
    }
}

impl Default for Blobs {
    fn default() -> Self {
        Self { directory: PathBuf::from("/tmp/picket-files") }
    }
}

//! The sections of [`Config`](super::Config), one struct each.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

/// The installation as a whole.
#[derive(Clone)]
pub struct System {
    /// Public root URL without a trailing slash: DSNs, links and cookies depend on it.
    pub url_prefix: String,
    /// Other hosts (`errors.intern:9000`) or origins by which pages may be opened.
    pub accepted_hosts: Vec<String>,
    /// The file or the environment says so, and nothing that an administrator chooses changes it.
    pub url_prefix_is_fixed: bool,
    /// Signs what leaves the server and comes back; `None` until configured.
    pub secret_key: Option<String>,
    pub admin_email: String,
    /// Name shown in titles.
    pub site_name: String,
    /// Events per minute for the whole installation; 0: no limit.
    pub rate_limit: u32,
    /// One organization, whose name need not be chosen.
    pub single_organization: bool,
    /// Logs as one JSON object per line.
    pub logging_for_machines: bool,
}

impl System {
    /// Whether an origin (`https://errors.example:8443`) is the public URL's or one that is accepted beside it.
    pub fn is_known_origin(&self, origin: &str) -> bool {
        let origin_of = |url: &str| Url::parse(url).ok().map(|url| url.origin().ascii_serialization());
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        origin_of(&self.url_prefix).is_some_and(|public| public == origin)
            || self.accepted_hosts.iter().any(|host| {
                if host.contains("://") { origin_of(host).as_deref() == Some(origin) } else { host == authority }
            })
    }
}

/// The web server.
#[derive(Clone, Debug)]
pub struct Web {
    pub bind: SocketAddr,
    /// Where a second listener takes events and nothing else; `None`: nowhere.
    pub ingest_bind: Option<SocketAddr>,
    /// Networks that may use pages and API; empty: all.
    pub allowed_networks: Vec<IpNet>,
    /// Where `/_metrics` listens; `None`: nowhere.
    pub metrics_bind: Option<SocketAddr>,
    /// Proxies whose `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How long a page or API call may take; the time begins anew while its body arrives.
    pub request_timeout: Duration,
    /// How long requests and batches in hand may take after SIGTERM.
    pub shutdown_timeout: Duration,
    /// Origins, beside each project's own, that browsers may send events from.
    pub allow_origin: Vec<String>,
    pub allow_registration: bool,
    pub session_lifetime: Duration,
}

/// Signing in.
#[derive(Clone, Debug)]
pub struct Auth {
    /// Failed sign-ins per minute and address before a wait; 0: no limit.
    pub ip_rate_limit: u32,
    /// Failed sign-ins per minute and account before a wait, where that is fewer than always; 0: no limit of its own.
    pub user_rate_limit: u32,
    /// Shown above the form.
    pub login_banner: String,
    /// What a password hash costs (argon2id); tests make it cheap.
    pub password_memory_kib: u32,
    pub password_iterations: u32,
}

/// The database.
#[derive(Clone)]
pub struct Database {
    /// `None`: `run all` starts a private server.
    pub url: Option<String>,
    pub max_connections: u32,
}

/// Redis.
#[derive(Clone)]
pub struct Redis {
    /// `redis://` or `unix://` URL; `None`: `run all` starts a private server.
    pub url: Option<String>,
}

/// How mail leaves.
#[derive(Clone)]
pub struct Mail {
    pub backend: MailBackend,
    /// Empty: nobody has set mail up yet.
    pub host: String,
    pub port: u16,
    /// Empty: without signing in.
    pub username: String,
    pub password: String,
    pub encryption: MailEncryption,
    /// Certificates of the company's own authority, in PEM.
    pub ca_file: Option<PathBuf>,
    /// `Name <address>` or an address.
    pub from: String,
    pub subject_prefix: String,
    /// For all steps of one delivery together.
    pub timeout: Duration,
}

/// Sentry's `mail.backend`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailBackend {
    Smtp,
    /// Into the log: for developers.
    Console,
    /// None leaves.
    Off,
}

/// How a connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailEncryption {
    None,
    /// Begins in the clear, usually on port 587.
    StartTls,
    /// From the first byte, usually on port 465.
    Tls,
}

/// Limits of what clients send, in bytes where sizes.
#[derive(Clone, Debug)]
pub struct Ingest {
    /// Root URL in DSNs without a trailing slash; `None`: the public one.
    pub public_url: Option<String>,
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

/// The worker.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Entries taken from the stream at a time.
    pub batch_size: usize,
    /// After how long without a sign of life another worker takes over a batch.
    pub takeover_after: Duration,
}

/// Stored events.
#[derive(Clone, Debug)]
pub struct Events {
    pub retention_days: u32,
}

/// Files.
#[derive(Clone)]
pub struct Blobs {
    /// Folder of the content-addressed files.
    pub directory: PathBuf,
    /// In place of the folder.
    pub s3: Option<S3>,
}

/// S3, or storage that speaks its protocol.
#[derive(Clone)]
pub struct S3 {
    pub bucket: String,
    pub region: String,
    /// `None`: Amazon's.
    pub endpoint: Option<String>,
    /// `None`: the machine's role.
    pub access_key: Option<String>,
    pub secret_key: Option<String>,
}

/// Files that people and their tools upload.
#[derive(Clone, Debug)]
pub struct Uploads {
    /// Largest file, also put together from pieces.
    pub max_file_bytes: u64,
    /// Largest request that every proxy in front lets through: tools cut what they upload into pieces that fit.
    pub max_request_bytes: u64,
    /// Days after which archives of artifacts that nothing used are deleted; 0: never.
    pub bundle_days: u32,
}

/// Source maps.
#[derive(Clone, Debug)]
pub struct SourceMaps {
    /// Folder of the prepared ones; workers of a host share it.
    pub cache_directory: PathBuf,
    /// Whether projects may have scripts and maps fetched that nobody uploaded.
    pub may_fetch: bool,
    /// Hosts that may be fetched from wherever they are: those of an intranet.
    pub allowed_hosts: Vec<String>,
}

//! What an administrator may set per project; the column `projects.settings`.

use serde::{Deserialize, Serialize};

/// Absent fields are defaults, so that a new setting needs no migration.
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the settings page")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectSettings {
    /// Origins browsers may send from (ingest.md 4.3); `*` allows all.
    pub allowed_domains: Vec<String>,
    /// Hours after which an issue that was not seen counts as resolved; 0: never.
    pub resolve_age: u32,
    pub scrub_data: bool,
    pub scrub_defaults: bool,
    pub scrub_ip_address: bool,
    pub sensitive_fields: Vec<String>,
    pub safe_fields: Vec<String>,
    pub filters: InboundFilters,
    /// Whether messages are left out of the hash when a top-level stack trace decides (grouping.md 8.5).
    pub stack_only_messages: bool,
    /// Which events get which fingerprint (grouping.md 9), as it was written.
    pub fingerprint_rules: String,
    /// At most this many events a minute for the project; 0: no limit.
    pub rate_limit_per_minute: u32,
    pub fetching: Fetching,
    /// The environment that people see first; empty: all of them.
    pub default_environment: String,
    /// Before the subject of mails about issues, and how it is made.
    pub subject_prefix: String,
    pub subject_template: String,
    /// Seconds that digests of mails wait at least and at most.
    pub digests_min_delay: u32,
    pub digests_max_delay: u32,
    /// DSNs name the server's own address, although there is another for events.
    pub keeps_dsn_inside: bool,
}

impl ProjectSettings {
    pub const SUBJECT_TEMPLATE: &str = "$shortID - $title";
    /// Characters of the prefix and the template of subjects.
    pub const MAX_SUBJECT: usize = 200;
    /// Characters of an environment's name.
    pub const MAX_ENVIRONMENT: usize = 64;

    /// Whether a text may name an environment.
    pub fn is_environment(name: &str) -> bool {
        name.chars().count() <= Self::MAX_ENVIRONMENT && !name.contains(['/', '\n', '\r', '\0'])
    }
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self {
            allowed_domains: vec!["*".to_owned()],
            resolve_age: 0,
            scrub_data: true,
            scrub_defaults: true,
            scrub_ip_address: false,
            sensitive_fields: Vec::new(),
            safe_fields: Vec::new(),
            filters: InboundFilters::default(),
            stack_only_messages: false,
            fingerprint_rules: String::new(),
            rate_limit_per_minute: 0,
            fetching: Fetching::default(),
            default_environment: String::new(),
            subject_prefix: String::new(),
            subject_template: Self::SUBJECT_TEMPLATE.to_owned(),
            digests_min_delay: 300,
            digests_max_delay: 1800,
            keeps_dsn_inside: false,
        }
    }
}

/// Whether and how scripts and maps that nobody uploaded are fetched from the web (sourcemaps.md 10).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fetching {
    pub is_on: bool,
    /// Sent to the project's own domains, in a header of this name; empty: not sent.
    pub token: String,
    pub token_header: String,
    pub verifies_tls: bool,
}

impl Fetching {
    pub const TOKEN_HEADER: &str = "X-Sentry-Token";
    /// Characters of a token, and of the name of its header.
    pub const MAX_TOKEN: usize = 200;

    /// Whether a text may be sent as the value of a header.
    pub fn is_token(text: &str) -> bool {
        text.bytes().all(|byte| byte.is_ascii_graphic())
    }

    /// Whether a text may be the name of a header that means nothing else.
    pub fn is_header(text: &str) -> bool {
        const TAKEN: [&str; 6] =
            ["host", "connection", "content-length", "transfer-encoding", "cookie", "accept-encoding"];
        let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_name && !TAKEN.contains(&text.to_ascii_lowercase().as_str())
    }
}

impl Default for Fetching {
    fn default() -> Self {
        Self { is_on: false, token: String::new(), token_header: Self::TOKEN_HEADER.to_owned(), verifies_tls: true }
    }
}

/// Which events are refused before they are stored (ingest.md 13).
#[expect(clippy::struct_excessive_bools, reason = "each is one switch on the filters page")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InboundFilters {
    /// Addresses or CIDR networks.
    pub ip_addresses: Vec<String>,
    /// Globs over the release.
    pub releases: Vec<String>,
    /// Globs over the message and `type: value`.
    pub error_messages: Vec<String>,
    pub localhost: bool,
    pub browser_extensions: bool,
    pub legacy_browsers: bool,
    pub web_crawlers: bool,
    /// The built-in list of browser noise in CSP reports.
    pub csp_defaults: bool,
    pub csp_ignored_sources: Vec<String>,
}

impl Default for InboundFilters {
    fn default() -> Self {
        Self {
            ip_addresses: Vec::new(),
            releases: Vec::new(),
            error_messages: Vec::new(),
            localhost: false,
            browser_extensions: false,
            legacy_browsers: false,
            web_crawlers: true,
            csp_defaults: true,
            csp_ignored_sources: Vec::new(),
        }
    }
}

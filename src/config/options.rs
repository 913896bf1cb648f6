//! The list of options: key, type, where it may be set, one line of help.
//!
//! The loader, `config get|set|list|show` and the admin page derive from it. Defaults are in `config.example.yml`.

/// What values an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A text that is never shown.
    Secret,
    Switch,
    Count,
    Duration,
    Size,
    /// Where to listen, `HOST:PORT`.
    Address,
    List,
    /// A list of addresses or CIDR networks.
    Networks,
    Mapping,
    /// DNs or names, of which each may hold commas.
    Names,
    /// Where people or groups are looked for in a directory.
    Searches,
    GroupType,
    Role,
    GroupRoles,
    GroupTeams,
}

impl Kind {
    /// Whether a value is more than a text or a list of texts: JSON, or as Django's settings write it.
    pub fn is_structured(self) -> bool {
        matches!(self, Self::Mapping | Self::Searches | Self::GroupType | Self::GroupRoles | Self::GroupTeams)
    }
}

/// Where an option may be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the file or the environment only: it is needed before the database, or belongs to the machine.
    File,
    /// Also by an administrator, in the database. A value in the file or the environment wins and locks it.
    Runtime,
}

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    pub key: &'static str,
    pub kind: Kind,
    pub place: Place,
    pub help: &'static str,
}

const fn file(key: &'static str, kind: Kind, help: &'static str) -> Spec {
    Spec { key, kind, place: Place::File, help }
}

const fn runtime(key: &'static str, kind: Kind, help: &'static str) -> Spec {
    Spec { key, kind, place: Place::Runtime, help }
}

/// Every option, in the order they are shown.
pub const OPTIONS: &[Spec] = &[
    runtime("system.url-prefix", Kind::Text, "public root URL; DSNs, links and cookies depend on it"),
    file("system.secret-key", Kind::Secret, "signs what leaves the server and comes back"),
    runtime(
        "system.accepted-hosts",
        Kind::List,
        "other hosts or origins by which pages may be opened; links use the URL above",
    ),
    runtime("system.admin-email", Kind::Text, "whom people ask for help"),
    runtime("system.site-name", Kind::Text, "name shown in page titles"),
    runtime("system.rate-limit", Kind::Count, "events per minute for the whole installation; 0: no limit"),
    file("system.single-organization", Kind::Switch, "one organization that every new account joins"),
    file("system.logging-format", Kind::Text, "`human`, or `machine` for one JSON object per line"),
    file("web.bind", Kind::Address, "where the web server listens"),
    file("web.ingest-bind", Kind::Address, "where a second listener takes events and nothing else; empty: nowhere"),
    file("web.metrics-bind", Kind::Address, "where /_metrics listens; empty: nowhere"),
    file("web.trusted-proxies", Kind::Networks, "proxies whose X-Forwarded-* headers are believed"),
    file(
        "web.allowed-networks",
        Kind::Networks,
        "networks that may use pages and API; empty: all; events come from anywhere",
    ),
    file(
        "web.request-timeout",
        Kind::Duration,
        "how long a page or API call may take; the time begins anew while its body arrives",
    ),
    file("web.shutdown-timeout", Kind::Duration, "how long work in hand may take after the signal to stop"),
    file("web.session-lifetime", Kind::Duration, "how long people stay signed in"),
    file("web.allow-origin", Kind::List, "origins, beside each project's own, that browsers may send events from"),
    runtime("auth.allow-registration", Kind::Switch, "whether people may make accounts for themselves"),
    runtime("auth.ip-rate-limit", Kind::Count, "failed sign-ins per minute and address before a wait; 0: no limit"),
    runtime(
        "auth.user-rate-limit",
        Kind::Count,
        "failed sign-ins per minute and account before a wait; at most 10 count",
    ),
    runtime("auth.login-banner", Kind::Text, "text above the sign-in form"),
    file("auth.password-memory", Kind::Size, "memory that hashing a password takes (argon2id)"),
    file("auth.password-iterations", Kind::Count, "passes over that memory"),
    runtime("mail.backend", Kind::Text, "how mail leaves: `smtp`, `console` (into the log), `dummy` (not at all)"),
    runtime("mail.host", Kind::Text, "mail server; empty: no mail, invitations are links"),
    runtime("mail.port", Kind::Count, "25, 587 with STARTTLS, 465 with TLS"),
    runtime("mail.username", Kind::Text, "who signs in at the mail server; empty: nobody"),
    runtime("mail.password", Kind::Secret, "their password"),
    runtime("mail.use-tls", Kind::Switch, "STARTTLS: encryption begins after the greeting"),
    runtime("mail.use-ssl", Kind::Switch, "TLS: encryption from the first byte"),
    file("mail.ca-file", Kind::Text, "certificates of an own authority that the mail server's is checked by (PEM)"),
    runtime("mail.from", Kind::Text, "the sender, as an address or `Name <address>`"),
    runtime("mail.subject-prefix", Kind::Text, "what every subject begins with"),
    runtime("mail.timeout", Kind::Duration, "how long one delivery may take"),
    runtime("auth.ldap.server-uri", Kind::Text, "directory of people, ldap://HOST or ldaps://HOST; empty: none"),
    runtime("auth.ldap.start-tls", Kind::Switch, "encrypt ldap:// connections"),
    file("auth.ldap.ca-file", Kind::Text, "certificates to trust in place of the system's, as PEM"),
    runtime("auth.ldap.timeout", Kind::Duration, "longest time for one step with the directory"),
    runtime("auth.ldap.bind-dn", Kind::Text, "whom searches are made as; empty: nobody"),
    runtime("auth.ldap.bind-password", Kind::Secret, "password of auth.ldap.bind-dn"),
    runtime("auth.ldap.bind-as-authenticating-user", Kind::Switch, "read attributes and groups as who signs in"),
    runtime("auth.ldap.user-search", Kind::Searches, "base, scope and filter that find a person; %(user)s is the name"),
    runtime("auth.ldap.user-dn-template", Kind::Text, "a person's DN with %(user)s, in place of a search"),
    runtime("auth.ldap.user-attr-map", Kind::Mapping, "attributes of a person: name, first_name, last_name, email"),
    runtime("auth.ldap.default-email-domain", Kind::Text, "domain of the address of who has none in the directory"),
    runtime("auth.ldap.group-search", Kind::Searches, "base, scope and filter that find groups"),
    runtime("auth.ldap.group-type", Kind::GroupType, "group-of-names, posix-group, nested-active-directory, …"),
    runtime("auth.ldap.require-group", Kind::Names, "groups of which a person has to be in one"),
    runtime("auth.ldap.deny-group", Kind::Names, "groups whose people stay out"),
    runtime("auth.ldap.cache-groups", Kind::Switch, "remember somebody's groups"),
    runtime("auth.ldap.group-cache-timeout", Kind::Duration, "for how long"),
    runtime("auth.ldap.organization", Kind::Text, "name or slug of the organization people join; empty: the first"),
    runtime("auth.ldap.role", Kind::Role, "role of whose groups say nothing else"),
    runtime("auth.ldap.global-access", Kind::Switch, "people see every team's projects"),
    runtime("auth.ldap.group-roles", Kind::GroupRoles, "group → role"),
    runtime("auth.ldap.group-teams", Kind::GroupTeams, "group → short names of teams"),
    runtime("auth.ldap.link-by-email", Kind::Switch, "an account with the same address is the same person"),
    runtime("auth.oidc.issuer", Kind::Text, "identity provider, https://…; empty: none"),
    runtime("auth.oidc.client-id", Kind::Text, "what the provider calls this server"),
    runtime("auth.oidc.client-secret", Kind::Secret, "what the provider gave with it"),
    runtime("auth.oidc.name", Kind::Text, "what the sign-in link says; empty: the issuer's host"),
    runtime("auth.oidc.scopes", Kind::List, "what is asked for"),
    file("auth.oidc.ca-file", Kind::Text, "certificates to trust in place of the system's, as PEM"),
    runtime("auth.oidc.timeout", Kind::Duration, "longest time for one answer of the provider"),
    runtime("auth.oidc.create-accounts", Kind::Switch, "people who have no account get one"),
    runtime("auth.oidc.allowed-domains", Kind::List, "domains of addresses that may enter; empty: all"),
    runtime("auth.oidc.username-claim", Kind::Text, "claim with the user name of a new account"),
    runtime("auth.oidc.groups-claim", Kind::Text, "claim with a person's groups; a dot leads into objects"),
    runtime("auth.oidc.organization", Kind::Text, "name or slug of the organization people join; empty: the first"),
    runtime("auth.oidc.role", Kind::Role, "role of whose groups say nothing else"),
    runtime("auth.oidc.global-access", Kind::Switch, "people see every team's projects"),
    runtime("auth.oidc.group-roles", Kind::GroupRoles, "group → role"),
    runtime("auth.oidc.group-teams", Kind::GroupTeams, "group → short names of teams"),
    runtime("auth.oidc.link-by-email", Kind::Switch, "an account with the same verified address is the same person"),
    file("auth.header.user", Kind::Text, "header with the name of whom a proxy let in; empty: none"),
    file("auth.header.email", Kind::Text, "header with their address"),
    file("auth.header.name", Kind::Text, "header with their full name"),
    file("auth.header.groups", Kind::Text, "header with their groups, separated by commas"),
    file("auth.header.proxies", Kind::Networks, "where such a proxy is; elsewhere the headers mean nothing"),
    file("auth.header.organization", Kind::Text, "name or slug of the organization people join; empty: the first"),
    file("auth.header.role", Kind::Role, "role of whose groups say nothing else"),
    file("auth.header.global-access", Kind::Switch, "people see every team's projects"),
    file("auth.header.group-roles", Kind::GroupRoles, "group → role"),
    file("auth.header.group-teams", Kind::GroupTeams, "group → short names of teams"),
    file("auth.header.link-by-email", Kind::Switch, "an account with the same address is the same person"),
    file("database.url", Kind::Secret, "PostgreSQL; without it `run all` starts a private server"),
    file("database.max-connections", Kind::Count, "connections each process may open"),
    file("redis.url", Kind::Secret, "Redis or Valkey; without it `run all` starts a private server"),
    file("redis.clusters", Kind::Mapping, "Redis the way Sentry writes it; `redis.url` wins"),
    runtime("ingest.public-url", Kind::Text, "root URL in DSNs, where it is not system.url-prefix"),
    file("ingest.max-event-size", Kind::Size, "largest event after decompression"),
    file("ingest.max-body-size", Kind::Size, "largest request body as it comes"),
    file("ingest.max-envelope-size", Kind::Size, "largest envelope after decompression"),
    file("ingest.max-attachment-size", Kind::Size, "largest attachment"),
    file("ingest.max-queue-length", Kind::Count, "waiting events at which new ones are refused"),
    file("ingest.body-timeout", Kind::Duration, "how long a client may take to send its body"),
    file("worker.batch-size", Kind::Count, "events taken from the queue at a time"),
    file("worker.takeover-after", Kind::Duration, "silence after which another worker takes over a batch"),
    runtime("events.retention-days", Kind::Count, "days after which events are deleted"),
    file("filestore.backend", Kind::Text, "where files lie: `filesystem`, or `s3`"),
    file(
        "filestore.options",
        Kind::Mapping,
        "`location`, a folder; for s3 `bucket_name`, `access_key`, `secret_key`, …",
    ),
    file("uploads.max-file-size", Kind::Size, "largest artifact or symbol file"),
    file("uploads.max-request-size", Kind::Size, "largest upload request that every proxy in front lets through"),
    file("uploads.bundle-retention-days", Kind::Count, "days after which unused artifact bundles go; 0: never"),
    file("source-maps.cache-directory", Kind::Text, "folder of prepared source maps, which may be emptied at any time"),
    file("source-maps.fetching", Kind::Switch, "projects may have scripts and maps fetched that nobody uploaded"),
    file("source-maps.allowed-hosts", Kind::List, "hosts to fetch from although their addresses are not public"),
];

/// Keys of on-premise Sentry that are accepted without a word, so that its file works as it is. A name that ends with
/// a dot or underscore stands for all keys that begin with it.
const ACCEPTED: &[&str] = &[
    "analytics.",
    "api.rate-limit.org-create",
    "auth.ldap.AUTH_LDAP_",
    "beacon.",
    "cloudflare.",
    "dsym.",
    "github-app.",
    "kafka-publisher.",
    "mail.",
    "redis.options",
    "slack.",
    "sms.",
    "snuba.",
    "store.",
    "symbolicator.",
    "symbolserver.",
    "system.databases",
    "system.debug",
    "system.internal-url-prefix",
    "system.root-api-key",
    "system.security-email",
    "system.support-email",
    "system.upload-url-prefix",
    "tagstore.",
    "u2f.",
    "vsts.",
];

/// Other names for options, as Sentry has them.
const ALIASES: &[(&str, &str)] =
    &[("system.event-retention-days", "events.retention-days"), ("system.maximum-file-size", "uploads.max-file-size")];

/// Names of django-auth-ldap and sentry-ldap-auth, as variables and under `auth.ldap.`.
pub const LDAP_NAMES: &[(&str, &str)] = &[
    ("AUTH_LDAP_SERVER_URI", "auth.ldap.server-uri"),
    ("AUTH_LDAP_START_TLS", "auth.ldap.start-tls"),
    ("AUTH_LDAP_BIND_DN", "auth.ldap.bind-dn"),
    ("AUTH_LDAP_BIND_PASSWORD", "auth.ldap.bind-password"),
    ("AUTH_LDAP_BIND_AS_AUTHENTICATING_USER", "auth.ldap.bind-as-authenticating-user"),
    ("AUTH_LDAP_USER_SEARCH", "auth.ldap.user-search"),
    ("AUTH_LDAP_USER_DN_TEMPLATE", "auth.ldap.user-dn-template"),
    ("AUTH_LDAP_USER_ATTR_MAP", "auth.ldap.user-attr-map"),
    ("AUTH_LDAP_DEFAULT_EMAIL_DOMAIN", "auth.ldap.default-email-domain"),
    ("AUTH_LDAP_GROUP_SEARCH", "auth.ldap.group-search"),
    ("AUTH_LDAP_GROUP_TYPE", "auth.ldap.group-type"),
    ("AUTH_LDAP_REQUIRE_GROUP", "auth.ldap.require-group"),
    ("AUTH_LDAP_DENY_GROUP", "auth.ldap.deny-group"),
    ("AUTH_LDAP_CACHE_GROUPS", "auth.ldap.cache-groups"),
    ("AUTH_LDAP_GROUP_CACHE_TIMEOUT", "auth.ldap.group-cache-timeout"),
    ("AUTH_LDAP_DEFAULT_SENTRY_ORGANIZATION", "auth.ldap.organization"),
    ("AUTH_LDAP_SENTRY_ORGANIZATION_ROLE_TYPE", "auth.ldap.role"),
    ("AUTH_LDAP_SENTRY_ORGANIZATION_GLOBAL_ACCESS", "auth.ldap.global-access"),
];

/// The option of this key or alias.
pub fn find(key: &str) -> Option<&'static Spec> {
    let ldap = LDAP_NAMES.iter().find(|(name, _)| key.strip_prefix("auth.ldap.").unwrap_or(key) == *name);
    let key = ldap.or_else(|| ALIASES.iter().find(|(alias, _)| *alias == key)).map_or(key, |(_, key)| key);
    OPTIONS.iter().find(|option| option.key == key)
}

/// Whether the key is one of Sentry's that has no effect here.
pub fn is_accepted(key: &str) -> bool {
    ACCEPTED.iter().any(|name| if name.ends_with(['.', '_']) { key.starts_with(name) } else { key == *name })
}

/// The known key that looks most like this one, if one looks like it at all.
pub fn nearest(key: &str) -> Option<&'static str> {
    let distance = |option: &&Spec| edit_distance(key, option.key);
    let closest = OPTIONS.iter().min_by_key(distance)?;
    (distance(&closest) <= 2 + key.len() / 4).then_some(closest.key)
}

impl Kind {
    /// One word, for lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Secret => "secret",
            Self::Switch => "switch",
            Self::Count => "count",
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Address => "address",
            Self::List => "list",
            Self::Networks => "networks",
            Self::Mapping => "mapping",
            Self::Names => "names",
            Self::Searches => "searches",
            Self::GroupType => "group type",
            Self::Role => "role",
            Self::GroupRoles => "group roles",
            Self::GroupTeams => "group teams",
        }
    }
}

/// Levenshtein's, on bytes: keys are ASCII, and other texts are only compared.
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().take(100).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{LDAP_NAMES, find, is_accepted, nearest};

    #[test]
    fn typing_errors_find_their_key() {
        for (typed, meant) in [
            ("system.urlprefix", Some("system.url-prefix")),
            ("sytem.secret-key", Some("system.secret-key")),
            ("database.uri", Some("database.url")),
            ("frobnicate", None),
        ] {
            assert_eq!(nearest(typed), meant, "{typed}");
        }
    }

    #[test]
    fn sentrys_keys_are_known() {
        assert_eq!(find("system.event-retention-days").unwrap().key, "events.retention-days");
        for key in ["mail.host", "slack.client-id", "beacon.anonymous"] {
            assert!(is_accepted(key), "{key}");
        }
        assert!(!is_accepted("maill.host"));
        for (name, key) in LDAP_NAMES {
            assert_eq!(find(&format!("auth.ldap.{name}")).unwrap().key, *key);
        }
        assert!(is_accepted("auth.ldap.AUTH_LDAP_FIND_GROUP_PERMS"));
    }
}

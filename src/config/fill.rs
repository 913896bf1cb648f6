//! From settings to [`Config`]: every option finds its field.
//!
//! The list of options gives each its type, so a mismatch here is a mistake of ours that the unit tests find.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::Value as Json;

use super::environment::redis_url;
use super::layers::Settings;
use super::value::Value;
use super::{
    Auth, Blobs, Config, Database, Events, Ingest, Mail, MailBackend, MailEncryption, Redis, S3, SourceMaps, System,
    Uploads, Web, Worker,
};

impl Settings {
    /// The typed form.
    pub fn config(&self) -> Config {
        Config {
            system: self.system(),
            web: self.web(),
            auth: Auth {
                ip_rate_limit: self.count("auth.ip-rate-limit"),
                user_rate_limit: self.count("auth.user-rate-limit"),
                login_banner: self.text("auth.login-banner"),
                password_memory_kib: u32::try_from(self.size("auth.password-memory") >> 10).unwrap_or(u32::MAX),
                password_iterations: self.count("auth.password-iterations"),
            },
            ldap: self.ldap(),
            oidc: self.oidc(),
            header_sign_in: self.header_sign_in(),
            database: Database {
                url: self.optional("database.url"),
                max_connections: self.count("database.max-connections"),
            },
            redis: Redis { url: self.optional("redis.url").or_else(|| self.cluster_url()) },
            mail: self.mail(),
            ingest: self.ingest(),
            worker: Worker {
                batch_size: self.count("worker.batch-size").max(1) as usize,
                takeover_after: self.duration("worker.takeover-after"),
            },
            events: Events { retention_days: self.count("events.retention-days") },
            blobs: Blobs { directory: self.blob_directory(), s3: self.s3() },
            uploads: Uploads {
                max_file_bytes: self.size("uploads.max-file-size"),
                max_request_bytes: self.size("uploads.max-request-size"),
                bundle_days: self.count("uploads.bundle-retention-days"),
            },
            source_maps: SourceMaps {
                cache_directory: self.text("source-maps.cache-directory").into(),
                may_fetch: self.switch("source-maps.fetching"),
                allowed_hosts: self.list("source-maps.allowed-hosts"),
            },
        }
    }

    fn system(&self) -> System {
        System {
            url_prefix: self.text("system.url-prefix").trim_end_matches('/').to_owned(),
            accepted_hosts: self.list("system.accepted-hosts"),
            url_prefix_is_fixed: self
                .get("system.url-prefix")
                .is_some_and(|setting| setting.source.is_stronger_than_database()),
            secret_key: self.optional("system.secret-key"),
            admin_email: self.text("system.admin-email"),
            site_name: self.text("system.site-name"),
            rate_limit: self.count("system.rate-limit"),
            single_organization: self.switch("system.single-organization"),
            logging_for_machines: self.text("system.logging-format") == "machine",
        }
    }

    fn web(&self) -> Web {
        Web {
            bind: self.address("web.bind").unwrap_or(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 9000))),
            metrics_bind: self.address("web.metrics-bind"),
            ingest_bind: self.address("web.ingest-bind"),
            trusted_proxies: self.networks("web.trusted-proxies"),
            allowed_networks: self.networks("web.allowed-networks"),
            request_timeout: self.duration("web.request-timeout"),
            shutdown_timeout: self.duration("web.shutdown-timeout"),
            allow_origin: self.list("web.allow-origin"),
            allow_registration: self.switch("auth.allow-registration"),
            session_lifetime: self.duration("web.session-lifetime"),
        }
    }

    fn mail(&self) -> Mail {
        let (tls, starttls) = (self.switch("mail.use-ssl"), self.switch("mail.use-tls"));
        Mail {
            // Sentry also takes the path of a Python class.
            backend: match self.text("mail.backend").rsplit('.').find(|part| *part != "EmailBackend") {
                Some("dummy" | "off") => MailBackend::Off,
                Some("console") => MailBackend::Console,
                _ => MailBackend::Smtp,
            },
            host: self.text("mail.host"),
            port: u16::try_from(self.count("mail.port")).unwrap_or(u16::MAX),
            username: self.text("mail.username"),
            password: self.text("mail.password"),
            encryption: match (tls, starttls) {
                (true, _) => MailEncryption::Tls,
                (false, true) => MailEncryption::StartTls,
                (false, false) => MailEncryption::None,
            },
            ca_file: self.optional("mail.ca-file").map(PathBuf::from),
            from: self.text("mail.from"),
            subject_prefix: self.text("mail.subject-prefix"),
            timeout: self.duration("mail.timeout"),
        }
    }

    fn ingest(&self) -> Ingest {
        let bytes = |key| usize::try_from(self.size(key)).unwrap_or(usize::MAX);
        Ingest {
            public_url: self.optional("ingest.public-url").map(|url| url.trim_end_matches('/').to_owned()),
            max_event_bytes: bytes("ingest.max-event-size"),
            max_body_bytes: bytes("ingest.max-body-size"),
            max_envelope_bytes: bytes("ingest.max-envelope-size"),
            max_attachment_bytes: bytes("ingest.max-attachment-size"),
            max_queue_length: self.count("ingest.max-queue-length").into(),
            body_timeout: self.duration("ingest.body-timeout"),
        }
    }

    fn blob_directory(&self) -> PathBuf {
        let Some(Value::Mapping(options)) = self.value("filestore.options") else { return PathBuf::new() };
        options.get("location").and_then(Json::as_str).unwrap_or("/tmp/picket-files").into()
    }

    /// Sentry's `filestore.backend: s3` with its options.
    fn s3(&self) -> Option<S3> {
        let Some(Value::Mapping(options)) = self.value("filestore.options") else { return None };
        let text = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| options.get(*name).and_then(Json::as_str));
            found.filter(|text| !text.is_empty()).map(ToOwned::to_owned)
        };
        (self.text("filestore.backend") == "s3").then(|| S3 {
            bucket: text(["bucket_name", "bucket"]).unwrap_or_default(),
            region: text(["region_name", "region"]).unwrap_or_else(|| "us-east-1".to_owned()),
            endpoint: text(["endpoint_url", "endpoint"]),
            access_key: text(["access_key", "access_key_id"]),
            secret_key: text(["secret_key", "secret_access_key"]),
        })
    }

    /// The first host of Sentry's `redis.clusters`: `{default: {hosts: {0: {host, port, db, password}}}}`.
    fn cluster_url(&self) -> Option<String> {
        let Some(Value::Mapping(clusters)) = self.value("redis.clusters") else { return None };
        let hosts = clusters.get("default")?.get("hosts")?.as_object()?;
        let host = hosts.get("0").or_else(|| hosts.values().next())?;
        let text = |name: &str, default: &str| match host.get(name) {
            Some(Json::String(text)) => text.clone(),
            Some(Json::Number(number)) => number.to_string(),
            _ => default.to_owned(),
        };
        let password = Some(text("password", "")).filter(|password| !password.is_empty());
        Some(redis_url(&text("host", "127.0.0.1"), &text("port", "6379"), &text("db", "0"), password.as_deref()))
    }

    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        self.get(key).map(|setting| &setting.value)
    }

    /// A text or secret that is set and not empty.
    pub(super) fn optional(&self, key: &str) -> Option<String> {
        match self.value(key) {
            Some(Value::Text(text) | Value::Secret(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    pub(super) fn text(&self, key: &str) -> String {
        self.optional(key).unwrap_or_default()
    }

    pub(super) fn list(&self, key: &str) -> Vec<String> {
        match self.value(key) {
            Some(Value::List(items)) => items.clone(),
            _ => Vec::new(),
        }
    }

    fn networks(&self, key: &str) -> Vec<IpNet> {
        match self.value(key) {
            Some(Value::Networks(networks)) => networks.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn switch(&self, key: &str) -> bool {
        matches!(self.value(key), Some(Value::Switch(true)))
    }

    pub(super) fn count(&self, key: &str) -> u32 {
        let Some(Value::Count(count)) = self.value(key) else { unreachable!("{key} is a count with a default") };
        *count
    }

    pub(super) fn duration(&self, key: &str) -> Duration {
        let Some(Value::Duration(duration)) = self.value(key) else {
            unreachable!("{key} is a duration with a default")
        };
        *duration
    }

    pub(super) fn size(&self, key: &str) -> u64 {
        let Some(Value::Size(size)) = self.value(key) else { unreachable!("{key} is a size with a default") };
        *size
    }

    fn address(&self, key: &str) -> Option<SocketAddr> {
        let Some(Value::Address(address)) = self.value(key) else { return None };
        *address
    }
}

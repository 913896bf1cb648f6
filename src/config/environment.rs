//! Settings from environment variables: every key as `PICKET_…`, and the names of Sentry's Docker image.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};

use super::options::{LDAP_NAMES, OPTIONS};

/// The process's variables, or a test's.
#[derive(Clone, Debug, Default)]
pub struct Environment(Vec<(String, String)>);

/// A setting and the variable it came from.
pub struct Found {
    pub key: &'static str,
    pub value: Json,
    pub variable: String,
}

/// Variables that stand for one option each.
const ALIASES: &[(&str, &str)] = &[
    ("SENTRY_SECRET_KEY", "system.secret-key"),
    ("SENTRY_URL_PREFIX", "system.url-prefix"),
    ("SENTRY_ADMIN_EMAIL", "system.admin-email"),
    ("SENTRY_SINGLE_ORGANIZATION", "system.single-organization"),
    ("SENTRY_LOG_FORMAT", "system.logging-format"),
    ("SENTRY_ALLOW_ORIGIN", "web.allow-origin"),
    ("SENTRY_SCRAPE_JAVASCRIPT_CONTEXT", "source-maps.fetching"),
    ("SENTRY_EVENT_RETENTION_DAYS", "events.retention-days"),
    ("SENTRY_SERVER_EMAIL", "mail.from"),
    ("SENTRY_EMAIL_HOST", "mail.host"),
    ("SENTRY_EMAIL_PORT", "mail.port"),
    ("SENTRY_EMAIL_USER", "mail.username"),
    ("SENTRY_EMAIL_PASSWORD", "mail.password"),
    ("SENTRY_EMAIL_USE_TLS", "mail.use-tls"),
    ("DATABASE_URL", "database.url"),
];

/// `PICKET_…` variables that are no options: arguments of commands, and the tests' own.
const NO_OPTIONS: &[&str] = &["PICKET_CONF", "PICKET_DATA", "PICKET_LOG_LEVEL", "PICKET_LOG_FORMAT", "PICKET_VERSION"];
const TEST_PREFIX: &str = "PICKET_TEST_";

/// A proxy in the same compose file or on the same host; what `SENTRY_USE_SSL` trusts.
const PRIVATE_NETWORKS: &str = "127.0.0.0/8, ::1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fd00::/8";

impl Environment {
    /// The variables of this process; those that are not UTF-8 are left out.
    pub fn of_process() -> Self {
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
        )
    }

    /// For tests.
    pub fn of(variables: &[(&str, &str)]) -> Self {
        Self(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// A variable's value, unless empty: compose files pass variables that are not set as empty texts.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// All settings, those that win last.
    pub fn settings(&self) -> Vec<Found> {
        let mut found: Vec<Found> =
            [self.postgres(), self.redis(), self.files(), self.proxies()].into_iter().flatten().collect();
        for (variable, key) in ALIASES.iter().chain(LDAP_NAMES) {
            found.extend(self.setting((*variable).to_owned(), key));
        }
        found.extend(OPTIONS.iter().filter_map(|option| self.setting(variable(option.key), option.key)));
        found
    }

    /// `PICKET_…` variables that mean nothing, most likely misspelt.
    pub fn unknown(&self) -> Vec<&str> {
        let known: Vec<String> = OPTIONS.iter().map(|option| variable(option.key)).collect();
        let is_unknown = |name: &&str| {
            name.starts_with("PICKET_")
                && !name.starts_with(TEST_PREFIX)
                && !NO_OPTIONS.contains(name)
                && !known.iter().any(|known| known == name)
        };
        self.0.iter().map(|(name, _)| name.as_str()).filter(is_unknown).collect()
    }

    fn setting(&self, variable: String, key: &'static str) -> Option<Found> {
        let value = Json::from(self.get(&variable)?);
        Some(Found { key, value, variable })
    }

    /// The first of several variables that is set.
    fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }

    fn postgres(&self) -> Option<Found> {
        let host = self.first(&["SENTRY_POSTGRES_HOST", "POSTGRES_PORT_5432_TCP_ADDR"])?;
        let port = self.get("SENTRY_POSTGRES_PORT").unwrap_or("5432");
        let user = self.first(&["SENTRY_DB_USER", "POSTGRES_ENV_POSTGRES_USER"]).unwrap_or("postgres");
        let password = self.first(&["SENTRY_DB_PASSWORD", "POSTGRES_ENV_POSTGRES_PASSWORD"]);
        let name = self.get("SENTRY_DB_NAME").unwrap_or("postgres");
        let password = password.map(|password| format!(":{}", encoded(password))).unwrap_or_default();
        let url = format!("postgres://{}{password}@{}:{port}/{}", encoded(user), in_url(host), encoded(name));
        Some(Found { key: "database.url", value: url.into(), variable: "SENTRY_POSTGRES_HOST".to_owned() })
    }

    fn redis(&self) -> Option<Found> {
        let host = self.first(&["SENTRY_REDIS_HOST", "REDIS_PORT_6379_TCP_ADDR"])?;
        let port = self.get("SENTRY_REDIS_PORT").unwrap_or("6379");
        let url = redis_url(host, port, self.get("SENTRY_REDIS_DB").unwrap_or("0"), self.get("SENTRY_REDIS_PASSWORD"));
        Some(Found { key: "redis.url", value: url.into(), variable: "SENTRY_REDIS_HOST".to_owned() })
    }

    fn files(&self) -> Option<Found> {
        let location = self.get("SENTRY_FILESTORE_DIR")?;
        let value = json!({ "location": location });
        Some(Found { key: "filestore.options", value, variable: "SENTRY_FILESTORE_DIR".to_owned() })
    }

    fn proxies(&self) -> Option<Found> {
        let on = self.get("SENTRY_USE_SSL")?;
        let on = !["0", "false", "no", "off"].contains(&on.to_ascii_lowercase().as_str());
        let value = PRIVATE_NETWORKS.into();
        on.then(|| Found { key: "web.trusted-proxies", value, variable: "SENTRY_USE_SSL".to_owned() })
    }
}

/// `system.url-prefix` is `PICKET_SYSTEM_URL_PREFIX`.
pub fn variable(key: &str) -> String {
    format!("PICKET_{}", key.to_ascii_uppercase().replace(['.', '-'], "_"))
}

/// A URL of the parts that Sentry's settings name.
pub fn redis_url(host: &str, port: &str, database: &str, password: Option<&str>) -> String {
    let password = password.map(|password| format!(":{}@", encoded(password))).unwrap_or_default();
    format!("redis://{password}{}:{port}/{database}", in_url(host))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// IPv6 addresses stand in brackets.
fn in_url(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::Environment;

    fn found(variables: &[(&str, &str)], key: &str) -> Option<String> {
        let settings = Environment::of(variables).settings();
        settings.into_iter().rev().find(|found| found.key == key).map(|found| found.value.to_string())
    }

    #[test]
    fn the_names_of_sentrys_image_work() {
        let variables = [
            ("SENTRY_POSTGRES_HOST", "db"),
            ("SENTRY_DB_USER", "sentry"),
            ("SENTRY_DB_PASSWORD", "p@ss/word"),
            ("SENTRY_REDIS_HOST", "::1"),
            ("SENTRY_REDIS_PASSWORD", "x"),
            ("SENTRY_USE_SSL", "0"),
            ("SENTRY_SECRET_KEY", ""),
        ];
        let url = r#""postgres://sentry:p%40ss%2Fword@db:5432/postgres""#;
        assert_eq!(found(&variables, "database.url").as_deref(), Some(url));
        assert_eq!(found(&variables, "redis.url").as_deref(), Some(r#""redis://:x@[::1]:6379/0""#));
        assert_eq!(found(&variables, "web.trusted-proxies"), None, "switched off");
        assert_eq!(found(&variables, "system.secret-key"), None, "empty is not set");
    }

    #[test]
    fn our_names_win_and_misspelt_ones_are_reported() {
        let variables =
            [("PICKET_DATABASE_URL", "postgres://a/b"), ("DATABASE_URL", "postgres://c/d"), ("PICKET_WEB_BINT", "x")];
        assert_eq!(found(&variables, "database.url").as_deref(), Some(r#""postgres://a/b""#));
        assert_eq!(Environment::of(&variables).unknown(), ["PICKET_WEB_BINT"]);
    }
}

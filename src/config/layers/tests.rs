use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::{EXAMPLE, Environment, Settings, Source, find_directory};
use crate::config::{Config, OPTIONS};

/// A folder with a `config.yml`, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn with(text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("picket-config-{:016x}", rand::random::<u64>()));
        fs::create_dir(&path).unwrap();
        fs::write(path.join("config.yml"), text).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Settings, super::Error> {
    let folder = Folder::with(text);
    Settings::load(Some(&folder.0), true, &Environment::of(variables))
}

#[test]
fn the_example_alone_is_complete_and_without_warnings() {
    assert_eq!(Settings::defaults().warnings, Vec::<String>::new());
    let config = Config::default();
    assert_eq!(config.web.bind.port(), 9000);
    assert_eq!((config.ingest.max_event_bytes, config.events.retention_days), (1 << 20, 90));
    assert_eq!((config.system.secret_key, config.database.url, config.redis.url), (None, None, None));
}

#[test]
fn the_example_shows_every_option() {
    for option in OPTIONS {
        let shown = EXAMPLE.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{}:", option.key)));
        assert!(shown, "{} is missing in config.example.yml", option.key);
    }
}

#[test]
fn an_on_premise_config_works_unchanged() {
    let text = "
mail.backend: 'smtp'
mail.port: 25
system.url-prefix: https://sentry.example.com/
system.secret-key: 'abc!@#'
system.event-retention-days: 30
redis.clusters:
  default:
    hosts:
      0:
        host: cache
        port: 6380
        db: 2
filestore.backend: filesystem
filestore.options:
  location: /var/lib/sentry/files
";
    let settings = load(text, &[]).unwrap();
    assert_eq!(settings.warnings, Vec::<String>::new());
    let config = settings.config();
    assert_eq!(config.system.url_prefix, "https://sentry.example.com");
    assert_eq!(config.redis.url.as_deref(), Some("redis://cache:6380/2"));
    assert_eq!(config.blobs.directory.to_str(), Some("/var/lib/sentry/files"));
    assert_eq!(config.events.retention_days, 30);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_database() {
    let text = "system.site-name: File\nsystem.rate-limit: 7\n";
    let mut settings = load(text, &[("PICKET_SYSTEM_SITE_NAME", "Variable")]).unwrap();
    let rows =
        [("system.site-name", json!("Db")), ("system.rate-limit", json!(9)), ("events.retention-days", json!(5))];
    settings.add_database(rows.map(|(key, value)| (key.to_owned(), value)));
    let config = settings.config();
    assert_eq!((config.system.site_name.as_str(), config.system.rate_limit), ("Variable", 7));
    assert_eq!(config.events.retention_days, 5);
    assert_eq!(settings.get("events.retention-days").unwrap().source, Source::Database);
}

#[test]
fn what_only_files_may_set_is_not_taken_from_the_database() {
    let mut settings = Settings::defaults();
    settings
        .add_database([("database.url".to_owned(), json!("postgres://evil/")), ("web.bind".to_owned(), json!("x"))]);
    assert_eq!(settings.config().database.url, None);
}

#[test]
fn an_unknown_key_is_one_warning_with_the_nearest() {
    let settings = load("system.url-prefx: x\n", &[]).unwrap();
    assert_eq!(settings.warnings.len(), 1, "{:?}", settings.warnings);
    assert!(settings.warnings[0].contains("did you mean system.url-prefix?"), "{:?}", settings.warnings);
}

#[test]
fn a_wrong_type_names_key_file_and_what_was_expected() {
    let error = load("worker.batch-size: many\n", &[]).unwrap_err().to_string();
    for part in ["worker.batch-size", "config.yml", "a whole number"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn malformed_yaml_is_one_line_without_the_files_text() {
    let error = load("system.secret-key: 'hunter2\nx: [", &[]).unwrap_err().to_string();
    assert!(error.contains("config.yml") && !error.contains('\n') && !error.contains("hunter2"), "{error}");
}

#[test]
fn secrets_are_never_shown() {
    let settings = load("system.secret-key: hunter2\ndatabase.url: postgres://u:hunter2@h/d\n", &[]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn the_folder_is_what_is_named_first() {
    let environment = Environment::of(&[("SENTRY_CONF", "/etc/sentry/sentry.conf.py"), ("HOME", "/nonexistent")]);
    assert_eq!(find_directory(None, &environment), Some("/etc/sentry".into()));
    assert_eq!(find_directory(Some("/x".as_ref()), &environment), Some("/x".into()));
    assert_eq!(find_directory(None, &Environment::default()), None);
}

//! Settings of the running program. What an administrator changes takes effect without a restart, wherever it is read
//! when it is needed; what listens or is connected at start keeps what it began with.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde_json::Value as Json;

use super::{Config, Settings};

/// Changes a configuration after it was made of settings: for tests, which have no file.
pub type Adjust = Arc<dyn Fn(&mut Config) + Send + Sync>;

/// Reads as a [`Config`].
pub struct LiveConfig {
    /// Defaults, file and environment.
    settings: Settings,
    adjust: Adjust,
    /// What the database said last.
    stored: Mutex<Vec<(String, Json)>>,
    /// References to a version are held anywhere, so a version is never freed: people change settings a few times a
    /// year, and each is two kilobytes.
    current: RwLock<&'static Config>,
}

impl LiveConfig {
    /// From defaults, file and environment.
    pub fn new(settings: Settings, adjust: Adjust) -> Self {
        let config = adjusted(&settings, &adjust);
        Self { settings, adjust, stored: Mutex::default(), current: RwLock::new(Box::leak(Box::new(config))) }
    }

    /// What nobody changes.
    pub fn fixed(config: Config) -> Self {
        Self::new(Settings::defaults(), Arc::new(move |built| built.clone_from(&config)))
    }

    /// Every option's value and source, with what an administrator set.
    pub fn settings(&self) -> Settings {
        self.with(self.stored.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Takes over what the database holds now; whether that is news.
    pub fn set_stored(&self, rows: Vec<(String, Json)>) -> bool {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        if *stored == rows {
            return false;
        }
        stored.clone_from(&rows);
        let config = adjusted(&self.with(rows), &self.adjust);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Box::leak(Box::new(config));
        true
    }

    fn with(&self, rows: Vec<(String, Json)>) -> Settings {
        let mut settings = self.settings.clone();
        settings.add_database(rows);
        settings
    }
}

fn adjusted(settings: &Settings, adjust: &Adjust) -> Config {
    let mut config = settings.config();
    adjust(&mut config);
    config
}

impl Deref for LiveConfig {
    type Target = Config;

    fn deref(&self) -> &Config {
        *self.current.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{LiveConfig, Settings};

    #[test]
    fn what_an_administrator_sets_takes_effect_at_once() {
        let live = LiveConfig::new(Settings::defaults(), Arc::new(|config| config.system.rate_limit = 7));
        let before = live.system.site_name.clone();
        assert!(live.set_stored(vec![("system.site-name".to_owned(), "Ours".into())]));
        assert!(!live.set_stored(vec![("system.site-name".to_owned(), "Ours".into())]), "no news");
        assert_eq!((before.as_str(), live.system.site_name.as_str(), live.system.rate_limit), ("Picket", "Ours", 7));
        assert!(live.set_stored(Vec::new()));
        assert_eq!(live.system.site_name, "Picket");
    }
}

//! Settings of the running program: as they were at start, but for what the set-up of a fresh installation decides.

use std::ops::Deref;
use std::sync::OnceLock;

use super::Config;

/// Reads as a [`Config`]. An installation is set up once, so its settings change at most once.
pub struct LiveConfig {
    at_start: Config,
    after_setup: OnceLock<Config>,
}

impl LiveConfig {
    pub fn new(config: Config) -> Self {
        Self { at_start: config, after_setup: OnceLock::new() }
    }

    /// The public URL that was chosen at set-up. What listens elsewhere takes it at its next start.
    pub fn choose_public_url(&self, url: &str) {
        self.after_setup.get_or_init(|| {
            let mut config = self.at_start.clone();
            url.clone_into(&mut config.system.url_prefix);
            config
        });
    }
}

impl Deref for LiveConfig {
    type Target = Config;

    fn deref(&self) -> &Config {
        self.after_setup.get().unwrap_or(&self.at_start)
    }
}

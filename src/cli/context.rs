//! What a command works with: settings and where they came from.

use std::path::PathBuf;

use super::run::embedded;
use super::{Global, logging};
use crate::config::{Config, Environment, Settings, find_directory};

/// Settings as loaded, before anything is connected.
pub struct Context {
    pub settings: Settings,
    /// Folder of `config.yml`, if there is one.
    pub directory: Option<PathBuf>,
    /// Folder of the private stores.
    pub data: PathBuf,
    pub level: logging::Level,
    pub format: logging::Format,
}

impl Context {
    /// Loads settings and prints their warnings, each once.
    pub fn load(global: Global) -> anyhow::Result<Self> {
        let environment = Environment::of_process();
        let directory = find_directory(global.config.as_deref(), &environment);
        let mut settings = Settings::load(directory.as_deref(), global.config.is_some(), &environment)?;
        for warning in &settings.warnings {
            eprintln!("warning: {warning}");
        }
        let data = global.data.or_else(|| environment.get("PICKET_DATA").map(PathBuf::from));
        let data = std::path::absolute(data.unwrap_or_else(|| "data".into()))?;
        embedded::add_settings(&data, &mut settings)?;
        let level = match global.loglevel {
            Some(level) => level,
            None => logging::Level::of(&environment)?,
        };
        let config = settings.config();
        let format = global.logformat.or_else(|| logging::Format::of(&environment, &config));
        Ok(Self { settings, directory, data, level, format: format.unwrap_or_default() })
    }

    pub fn config(&self) -> Config {
        self.settings.config()
    }
}

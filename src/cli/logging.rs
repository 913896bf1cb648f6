//! Logs on stderr: lines for people, or one JSON object per line.

use std::io::IsTerminal;

use anyhow::Context as _;
use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

use super::context::Context;
use crate::config::{Config, Environment};

/// The names Sentry gives levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum Level {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
    Fatal,
}

/// How lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Human,
    Machine,
}

impl Level {
    /// What the environment says, else INFO.
    pub fn of(environment: &Environment) -> anyhow::Result<Self> {
        let name =
            environment.get("PICKET_LOG_LEVEL").or_else(|| environment.get("SENTRY_LOG_LEVEL")).unwrap_or("INFO");
        Self::from_str(name, true)
            .ok()
            .with_context(|| format!("the log level `{name}` in the environment is unknown: use DEBUG, INFO, WARNING, ERROR, CRITICAL or FATAL"))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warn",
            Self::Error | Self::Critical | Self::Fatal => "error",
        }
    }
}

impl Format {
    /// What the environment or the settings say.
    pub fn of(environment: &Environment, config: &Config) -> Option<Self> {
        if config.system.logging_for_machines {
            return Some(Self::Machine);
        }
        Self::from_str(environment.get("PICKET_LOG_FORMAT")?, true).ok()
    }
}

/// Starts logging. Libraries are heard from `WARNING` up, so that `DEBUG` shows our own work.
pub fn start(context: &Context) {
    let own = context.level.name();
    let others = if own == "error" { "error" } else { "warn" };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(format!("{others},picket={own}")))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    match context.format {
        Format::Human => subscriber.init(),
        Format::Machine => subscriber.json().flatten_event(true).init(),
    }
}

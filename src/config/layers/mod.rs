//! The layers of settings, and who wins.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use serde_json::Value as Json;

use super::environment::Environment;
use super::options;
use super::options::{Place, Spec};
use super::value::Value;

/// The defaults, and what `init` begins with.
pub const EXAMPLE: &str = include_str!("../../../config.example.yml");
const FILE_NAME: &str = "config.yml";

/// Why settings could not be loaded: one line that names the place and what was expected there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: there is no such file: make one with `picket init {directory}`")]
    NoFile { path: String, directory: String },
    #[error("{path} cannot be read: {cause}")]
    Unreadable { path: String, cause: io::Error },
    #[error("{path} is not valid YAML: {cause}")]
    Malformed { path: String, cause: String },
    #[error("{key} in {source_name} is wrong: expected {expected}")]
    WrongType { key: String, source_name: String, expected: &'static str },
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Default,
    /// Set by an administrator.
    Database,
    File(PathBuf),
    Environment(String),
}

/// An option's value and its source.
#[derive(Clone, Debug)]
pub struct Setting {
    pub value: Value,
    pub source: Source,
}

/// The effective value of every option that has one.
#[derive(Clone, Debug)]
pub struct Settings {
    values: BTreeMap<&'static str, Setting>,
    /// What to tell the operator once: unknown keys.
    pub warnings: Vec<String>,
}

/// The folder with `config.yml`: what the command line or the environment names, else `~/.picket` if it has one.
pub fn find_directory(named: Option<&Path>, environment: &Environment) -> Option<PathBuf> {
    let named = named.map(Path::to_owned);
    let by_variable =
        || ["PICKET_CONF", "SENTRY_CONF"].iter().find_map(|name| environment.get(name)).map(PathBuf::from);
    let at_home =
        || Some(Path::new(environment.get("HOME")?).join(".picket")).filter(|path| path.join(FILE_NAME).is_file());
    let path = named.or_else(by_variable).or_else(at_home)?;
    // Sentry's variable may name the file beside it.
    let is_file = path.extension().is_some_and(|extension| extension == "py" || extension == "yml");
    Some(if is_file { path.parent().unwrap_or(Path::new(".")).to_owned() } else { path })
}

impl Settings {
    /// The defaults alone.
    pub fn defaults() -> Self {
        let mut settings = Self { values: BTreeMap::new(), warnings: Vec::new() };
        let entries = parse(EXAMPLE).expect("config.example.yml is valid; the unit tests load it");
        settings.add_file(entries, &Source::Default).expect("config.example.yml has the right types");
        settings
    }

    /// Defaults, file, environment. `must_exist`: the folder was named on the command line.
    pub fn load(directory: Option<&Path>, must_exist: bool, environment: &Environment) -> Result<Self, Error> {
        let mut settings = Self::defaults();
        if let Some(directory) = directory {
            settings.add_directory(directory, must_exist)?;
        }
        for found in environment.settings() {
            let option = options::find(found.key).expect("the environment only names options");
            settings.add(option, &found.value, Source::Environment(found.variable))?;
        }
        for name in environment.unknown() {
            let nearest = nearest_variable(name).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            settings.warnings.push(format!("unknown variable {name} in the environment{nearest}"));
        }
        Ok(settings)
    }

    /// What an administrator set, where nothing stronger says otherwise. Wrong values are left out: an old row must
    /// not keep the program from starting.
    pub fn add_database(&mut self, rows: impl IntoIterator<Item = (String, Json)>) {
        for (key, json) in rows {
            let Some(option) = options::find(&key).filter(|option| option.place == Place::Runtime) else { continue };
            let is_free = self.get(option.key).is_none_or(|setting| setting.source == Source::Default);
            if let (true, Ok(value)) = (is_free, Value::read(option.kind, &json)) {
                self.values.insert(option.key, Setting { value, source: Source::Database });
            }
        }
    }

    /// Sets an option as strongly as the environment does; `by` names who says so.
    pub fn set(&mut self, key: &str, json: &Json, by: &str) -> Result<(), Error> {
        self.add(known(key), json, Source::Environment(by.to_owned()))
    }

    /// Sets another default.
    pub fn set_default(&mut self, key: &str, json: &Json) -> Result<(), Error> {
        self.add(known(key), json, Source::Default)
    }

    pub fn get(&self, key: &str) -> Option<&Setting> {
        self.values.get(key)
    }

    fn add_directory(&mut self, directory: &Path, must_exist: bool) -> Result<(), Error> {
        let path = directory.join(FILE_NAME);
        let name = path.display().to_string();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound && !must_exist => return Ok(()),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                return Err(Error::NoFile { path: name, directory: directory.display().to_string() });
            }
            Err(cause) => return Err(Error::Unreadable { path: name, cause }),
        };
        let entries = parse(&text).map_err(|cause| Error::Malformed { path: name, cause })?;
        self.add_file(entries, &Source::File(path))
    }

    fn add_file(&mut self, entries: serde_json::Map<String, Json>, source: &Source) -> Result<(), Error> {
        for (key, json) in entries {
            match options::find(&key) {
                Some(option) => self.add(option, &json, source.clone())?,
                None if options::is_accepted(&key) => {}
                None => {
                    let nearest =
                        options::nearest(&key).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                    self.warnings.push(format!("unknown key {key} in {source}{nearest}"));
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, option: &Spec, json: &Json, source: Source) -> Result<(), Error> {
        let value = Value::read(option.kind, json).map_err(|expected| Error::WrongType {
            key: option.key.to_owned(),
            source_name: source.to_string(),
            expected,
        })?;
        self.values.insert(option.key, Setting { value, source });
        Ok(())
    }
}

impl Source {
    /// Whether what an administrator sets has no effect.
    pub fn is_stronger_than_database(&self) -> bool {
        matches!(self, Self::File(_) | Self::Environment(_))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Database => f.write_str("database"),
            Self::File(path) => path.display().fmt(f),
            Self::Environment(variable) => variable.fmt(f),
        }
    }
}

fn parse(text: &str) -> Result<serde_json::Map<String, Json>, String> {
    // Snippets would print secrets, and errors are one line.
    let options = serde_saphyr::options! { with_snippet: false };
    let entries: Result<Option<serde_json::Map<String, Json>>, _> = serde_saphyr::from_str_with_options(text, options);
    entries
        .map(Option::unwrap_or_default)
        .map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())
}

/// The option of a key that the program itself names.
fn known(key: &str) -> &'static Spec {
    options::find(key).unwrap_or_else(|| unreachable!("{key} is no option"))
}

fn nearest_variable(name: &str) -> Option<String> {
    let key = name.strip_prefix("PICKET_")?.to_ascii_lowercase();
    let dotted = key.replacen('_', ".", 1).replace('_', "-");
    options::nearest(&dotted).map(super::variable)
}

#[cfg(test)]
mod tests;

//! The command line, as the real program.

mod accounts;
mod private_stores;
mod running;
mod seed;
mod settings;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sqlx::PgPool;

use crate::support::stores;

pub const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef01";

/// An installation of its own: a folder, a schema, no variables but those that are set here.
pub struct Installation {
    pub folder: PathBuf,
    variables: Vec<(String, String)>,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Installation {
    /// A folder, and nothing configured.
    pub fn bare() -> Self {
        let folder = std::env::temp_dir().join(format!("picket-cli-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).unwrap();
        Self { folder, variables: Vec::new() }
    }

    /// With both stores and a secret in the environment; the schema is empty.
    pub async fn with_stores() -> (Self, PgPool) {
        let schema = format!("cli_{}", uuid::Uuid::new_v4().simple());
        let pool = stores::empty_schema(&schema).await;
        let url = stores::database_url();
        let separator = if url.contains('?') { '&' } else { '?' };
        let database = format!("{url}{separator}options=-c%20search_path%3D{schema}");
        let bare = Self::bare();
        let installation = bare
            .with("PICKET_DATABASE_URL", &database)
            .with("PICKET_REDIS_URL", &stores::redis_url())
            .with("PICKET_SYSTEM_SECRET_KEY", SECRET);
        (installation, pool)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A command that has only this installation's variables, and no terminal.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_picket"));
        command.args(arguments).current_dir(&self.folder).env_clear().stdin(Stdio::null());
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", &self.folder);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&self.command(arguments).output().unwrap())
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::File::create(self.folder.join(name)).unwrap().write_all(text.as_bytes()).unwrap();
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Asserts success and gives what was printed.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    /// Asserts a failure that is told in one line with these parts.
    #[track_caller]
    pub fn fails_with(self, parts: &[&str]) {
        assert_eq!(self.code, Some(1), "{self:?}");
        let line = self.err.lines().last().unwrap_or_default();
        assert!(line.starts_with("error: "), "{self:?}");
        for part in parts {
            assert!(line.contains(part), "`{part}` is missing in: {line}");
        }
        let errors = self.err.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(
            (errors, self.err.contains("panicked"), self.err.contains("Caused by")),
            (1, false, false),
            "{self:?}"
        );
    }
}

fn remove(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder) {
        eprintln!("{} stays: {error}", folder.display());
    }
}

//! The private PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::net::UnixStream;
use tokio::time::sleep;

use super::Store;
use super::place::{Owner, Place};
use super::programs;

/// A running server.
pub struct Postgres {
    program: PathBuf,
    folder: PathBuf,
    owner: Option<Owner>,
}

/// What differs from PostgreSQL's defaults. Durability is as it comes.
const SETTINGS: &str = "\
# Written by picket at each start.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
max_wal_size = 2GB
wal_compression = on
log_min_messages = warning
";
/// How often a start is tried: processes of a killed server take a moment to go.
const ATTEMPTS: u32 = 5;

impl Postgres {
    pub async fn start(place: &Place) -> anyhow::Result<Self> {
        let folder = place.postgres();
        let version = fs::read_to_string(folder.join("PG_VERSION")).ok();
        let programs = programs::postgres_folder(version.as_deref().map(str::trim))?;
        let server = Self { program: programs.join("pg_ctl"), folder, owner: place.owner };
        if version.is_none() {
            tracing::info!("making a database in {}", server.folder.display());
            server.initialize(&programs.join("initdb"), place).await?;
        }
        if server.is_running() {
            if UnixStream::connect(place.postgres_socket()).await.is_ok() {
                tracing::info!("taking over the PostgreSQL that was left running");
                return Ok(server);
            }
            server.control(&["stop", "-m", "fast", "-w"]).await?;
        }
        server.write_settings(place)?;
        server.start_with_patience().await?;
        Ok(server)
    }

    /// Under another name first, so that a killed attempt leaves nothing that looks complete.
    async fn initialize(&self, initdb: &Path, place: &Place) -> anyhow::Result<()> {
        let new = self.folder.with_extension("new");
        if new.exists() {
            fs::remove_dir_all(&new)?;
        }
        fs::create_dir(&new)?;
        place.own(&new)?;
        let folder = new.to_string_lossy().into_owned();
        let arguments =
            ["-D", &folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"].map(str::to_owned);
        run(initdb.to_owned(), arguments.to_vec(), self.owner).await?;
        let settings = new.join("postgresql.conf");
        let text = fs::read_to_string(&settings)?;
        fs::write(&settings, format!("{text}\ninclude_if_exists = 'picket.conf'\n"))?;
        fs::rename(&new, &self.folder)?;
        Ok(())
    }

    fn write_settings(&self, place: &Place) -> anyhow::Result<()> {
        let path = self.folder.join("picket.conf");
        let sockets = place.sockets().to_string_lossy().replace('\'', "''");
        fs::write(&path, format!("{SETTINGS}unix_socket_directories = '{sockets}'\n"))?;
        place.own(&path)
    }

    async fn start_with_patience(&self) -> anyhow::Result<()> {
        self.remove_stale_pid_file()?;
        let log = self.folder.join("server.log").to_string_lossy().into_owned();
        for attempt in 1.. {
            match self.control(&["start", "-w", "-s", "-t", "120", "-l", &log]).await {
                Ok(()) => return Ok(()),
                Err(error) if attempt == ATTEMPTS => return Err(error.context(self.last_log_line())),
                Err(error) => {
                    tracing::debug!("PostgreSQL did not start yet: {error:#}");
                    sleep(Duration::from_secs(1)).await;
                }
            }
        }
        unreachable!("the loop returns")
    }

    /// After a power cut or in a restarted container the number in the file may be another process's by now, and
    /// PostgreSQL would refuse to start.
    fn remove_stale_pid_file(&self) -> anyhow::Result<()> {
        let path = self.folder.join("postmaster.pid");
        if path.exists() && !self.is_running() {
            tracing::info!("removing the stale {}", path.display());
            fs::remove_file(&path)?;
        }
        Ok(())
    }

    /// Whether the process named in the pid file is a server of this folder.
    fn is_running(&self) -> bool {
        let Ok(text) = fs::read_to_string(self.folder.join("postmaster.pid")) else { return false };
        let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else { return false };
        match fs::read(format!("/proc/{pid}/cmdline")) {
            Ok(command) => {
                let folder = self.folder.to_string_lossy();
                command.split(|byte| *byte == 0).any(|argument| argument == folder.as_bytes())
            }
            // No /proc here: ask PostgreSQL itself.
            Err(_) if !Path::new("/proc/self").exists() => {
                programs::run(&self.program, &["status", "-D", &self.folder.to_string_lossy()], self.owner).is_ok()
            }
            Err(_) => false,
        }
    }

    async fn control(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let mut all: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        all.extend(["-D".to_owned(), self.folder.to_string_lossy().into_owned()]);
        run(self.program.clone(), all, self.owner).await
    }

    fn last_log_line(&self) -> String {
        let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let last = log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("its log is empty");
        format!("PostgreSQL does not start ({last}): see {}", self.folder.join("server.log").display())
    }
}

impl Store for Postgres {
    async fn stop(self) -> anyhow::Result<()> {
        if !self.is_running() {
            bail!("PostgreSQL was not running any more: see {}", self.folder.join("server.log").display());
        }
        self.control(&["stop", "-m", "fast", "-w", "-s"]).await.context("PostgreSQL")
    }
}

/// Off the asynchronous threads, since it waits.
async fn run(program: PathBuf, arguments: Vec<String>, owner: Option<Owner>) -> anyhow::Result<()> {
    let work = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        programs::run(&program, &arguments, owner).map(drop)
    };
    tokio::task::spawn_blocking(work).await?
}

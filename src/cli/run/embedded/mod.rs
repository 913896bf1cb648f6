//! Private stores for `run all`: PostgreSQL and Redis from the installed programs, on Unix sockets in the data folder.
//!
//! They outlive a killed picket: the next start takes them over as they are. A lock file, which the kernel releases
//! with the process, keeps two pickets out of one folder.

mod place;
mod postgres;
mod programs;
mod redis;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};

use self::place::Place;
use self::postgres::Postgres;
use self::redis::Redis;
use crate::cli::config::generate_secret_key;
use crate::config::{Settings, Source};

/// Name of the file with the secret in the data folder.
const SECRET_KEY: &str = "secret-key";

/// The stores that this process started or took over.
pub struct Embedded {
    postgres: Option<Postgres>,
    redis: Option<Redis>,
    /// Released when the process ends, however it ends.
    _lock: File,
}

/// URL of a private PostgreSQL that runs in the data folder.
pub fn running_database(data: &Path) -> Option<String> {
    let place = Place::of(data).ok()?;
    place.postgres_socket().exists().then(|| place.database_url())
}

/// URL of a private Redis that runs in the data folder.
pub fn running_redis(data: &Path) -> Option<String> {
    let place = Place::of(data).ok()?;
    place.redis_socket().exists().then(|| place.redis_url())
}

/// Starts what is asked for, or takes over what a killed picket left running.
pub async fn start(data: &Path, with_postgres: bool, with_redis: bool) -> anyhow::Result<Embedded> {
    fs::create_dir_all(data).with_context(|| format!("{} cannot be made", data.display()))?;
    let lock = lock(data)?;
    let place = Place::of(data)?;
    place.prepare().context("the data folder cannot be prepared")?;
    // Both take a moment, and neither needs the other.
    let postgres = async {
        Ok(if with_postgres { Some(Postgres::start(&place).await.context("the private PostgreSQL")?) } else { None })
    };
    let redis =
        async { Ok(if with_redis { Some(Redis::start(&place).await.context("the private Redis")?) } else { None }) };
    let (postgres, redis) = tokio::join!(postgres, redis);
    match (postgres, redis) {
        (Ok(postgres), Ok(redis)) => Ok(Embedded { postgres, redis, _lock: lock }),
        (postgres, redis) => {
            let errors: Vec<anyhow::Error> =
                [stop_after(postgres).await, stop_after(redis).await].into_iter().flatten().collect();
            Err(errors.into_iter().next().expect("one of them failed"))
        }
    }
}

impl Embedded {
    /// Whether the database is among them, so that nobody else sets it up.
    pub fn has_database(&self) -> bool {
        self.postgres.is_some()
    }

    /// Stops both; what they hold is on disk afterwards.
    pub async fn stop(self) {
        let (postgres, redis) = tokio::join!(stop(self.postgres), stop(self.redis));
        for error in [postgres, redis].into_iter().filter_map(Result::err) {
            tracing::error!("a private store did not stop: {error:#}");
        }
    }
}

/// What goes with a private database unless it is set: the secret and the files of the data folder.
pub fn add_settings(data: &Path, settings: &mut Settings) -> anyhow::Result<()> {
    let config = settings.config();
    if config.database.url.is_some() {
        return Ok(());
    }
    if let (None, Ok(secret)) = (config.system.secret_key, fs::read_to_string(data.join(SECRET_KEY))) {
        settings.set("system.secret-key", &secret.trim().into(), "data folder")?;
    }
    if settings.get("filestore.options").is_some_and(|setting| setting.source == Source::Default) {
        let location = data.join("files").to_string_lossy().into_owned();
        settings.set("filestore.options", &serde_json::json!({ "location": location }), "data folder")?;
    }
    Ok(())
}

/// Makes the secret of the data folder, once.
pub fn make_secret_key(data: &Path) -> anyhow::Result<()> {
    let path = data.join(SECRET_KEY);
    if path.exists() {
        return Ok(());
    }
    // Under another name first: a killed attempt must not leave half a secret.
    let new = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(generate_secret_key().as_bytes())?;
    file.sync_all()?;
    Ok(fs::rename(&new, &path)?)
}

/// A store that can be stopped.
trait Store {
    async fn stop(self) -> anyhow::Result<()>;
}

async fn stop(store: Option<impl Store>) -> anyhow::Result<()> {
    match store {
        Some(store) => store.stop().await,
        None => Ok(()),
    }
}

/// The error of a start; or, where the other one failed, none, and the store is stopped again.
async fn stop_after(started: anyhow::Result<Option<impl Store>>) -> Option<anyhow::Error> {
    match started {
        Ok(store) => stop(store).await.err(),
        Err(error) => Some(error),
    }
}

fn lock(data: &Path) -> anyhow::Result<File> {
    let path = data.join("picket.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("{} cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another picket uses {}: stop it, or name another folder with --data", data.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("{} cannot be locked", path.display())),
    }
}

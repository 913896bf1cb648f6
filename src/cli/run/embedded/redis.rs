//! The private Redis.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use tokio::time::{Instant, sleep};

use super::Store;
use super::place::Place;
use super::programs;

/// A running server.
pub struct Redis {
    url: String,
    socket: PathBuf,
}

/// Loading a long append-only file takes a while.
const PATIENCE: Duration = Duration::from_mins(5);
/// A server that is starting makes its socket within this time.
const BIRTH: Duration = Duration::from_secs(10);

impl Redis {
    pub async fn start(place: &Place) -> anyhow::Result<Self> {
        let server = Self { url: place.redis_url(), socket: place.redis_socket() };
        if server.answers().await {
            tracing::info!("taking over the Redis that was left running");
        } else {
            let program = programs::redis_server()?;
            let settings = write_settings(place)?;
            let arguments = [settings.to_string_lossy().into_owned()];
            let start = move || programs::run(&program, &[&arguments[0]], None).map(drop);
            tokio::task::spawn_blocking(start).await??;
        }
        server.wait_until_ready(place).await?;
        Ok(server)
    }

    /// Whether somebody accepts connections, be it with an error.
    async fn answers(&self) -> bool {
        tokio::net::UnixStream::connect(&self.socket).await.is_ok()
    }

    async fn wait_until_ready(&self, place: &Place) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            let Err(error) = self.ping().await else { return Ok(()) };
            let patience = if self.answers().await { PATIENCE } else { BIRTH };
            if start.elapsed() > patience {
                let log = place.data.join("redis/redis.log");
                return Err(error).with_context(|| format!("Redis does not start: see {}", log.display()));
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Fails also while the server loads its file.
    async fn ping(&self) -> redis::RedisResult<()> {
        let mut connection = redis::Client::open(self.url.as_str())?.get_multiplexed_async_connection().await?;
        redis::cmd("PING").query_async(&mut connection).await
    }
}

impl Store for Redis {
    async fn stop(self) -> anyhow::Result<()> {
        let client = redis::Client::open(self.url.as_str())?;
        let mut connection = client.get_multiplexed_async_connection().await.context("Redis")?;
        // The server closes the connection instead of answering.
        let _: redis::RedisResult<()> = redis::cmd("SHUTDOWN").query_async(&mut connection).await;
        let start = Instant::now();
        while self.answers().await {
            anyhow::ensure!(start.elapsed() < BIRTH, "Redis did not stop within {} s", BIRTH.as_secs());
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

/// An accepted event is a promise, hence the append-only file; snapshots beside it would only cost.
fn write_settings(place: &Place) -> anyhow::Result<PathBuf> {
    let folder = place.data.join("redis");
    let quoted = |path: PathBuf| format!("\"{}\"", path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\""));
    let text = format!(
        "# Written by picket at each start.\n\
         port 0\n\
         unixsocket {socket}\n\
         unixsocketperm 700\n\
         daemonize yes\n\
         dir {dir}\n\
         pidfile {pidfile}\n\
         logfile {logfile}\n\
         appendonly yes\n\
         appendfsync everysec\n\
         save \"\"\n\
         maxmemory-policy noeviction\n",
        socket = quoted(place.redis_socket()),
        dir = quoted(folder.clone()),
        pidfile = quoted(folder.join("redis.pid")),
        logfile = quoted(folder.join("redis.log")),
    );
    let path = folder.join("redis.conf");
    fs::write(&path, text)?;
    Ok(path)
}

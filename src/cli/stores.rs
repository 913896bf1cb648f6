//! Connecting to PostgreSQL and Redis, with errors that say what to do.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use url::Url;

use super::context::Context;
use super::run::embedded;
use crate::app::App;
use crate::config::{LiveConfig, Settings};
use crate::store::{options, schema};
use crate::types::clock::Clock;
use crate::volatile::Volatile;

/// How long a store may take to answer before it counts as out of reach.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a request waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// After how long without use a connection is asked whether it still lives.
const RESTED: Duration = Duration::from_secs(1);

/// A store that should have been named.
const NO_DATABASE: &str = "no database is configured: set database.url in config.yml or PICKET_DATABASE_URL, or start \
    everything with `picket run all`, which brings its own";
const NO_REDIS: &str = "no Redis is configured: set redis.url in config.yml or PICKET_REDIS_URL, or start everything \
    with `picket run all`, which brings its own";
const NO_SECRET: &str = "system.secret-key is not set: make one with `picket config generate-secret-key` and set it in \
    config.yml or as PICKET_SYSTEM_SECRET_KEY";
/// Shorter secrets can be guessed.
const SECRET_LENGTH: usize = 32;

/// The database that is configured, else the private one of a `run all` in the data folder.
pub fn database_url(context: &Context) -> anyhow::Result<String> {
    let url = context.config().database.url.or_else(|| embedded::running_database(&context.data));
    url.context(NO_DATABASE)
}

/// The Redis that is configured, else the private one of a `run all` in the data folder.
pub fn redis_url(context: &Context) -> anyhow::Result<String> {
    let url = context.config().redis.url.or_else(|| embedded::running_redis(&context.data));
    url.context(NO_REDIS)
}

/// One connection to a database that is up to date.
pub async fn connect_database(context: &Context) -> anyhow::Result<PgConnection> {
    let mut db = connect(&database_url(context)?).await?;
    check_migrations(&mut db).await?;
    Ok(db)
}

/// Both stores connected, the database up to date, the options that are stored there in effect.
pub async fn connect_app(context: &Context, settings: Settings) -> anyhow::Result<App> {
    let (database, redis) = (database_url(context)?, redis_url(context)?);
    let connecting = async {
        let mut db = connect(&database).await?;
        check_migrations(&mut db).await?;
        let rows = options::list(&mut db).await.context("the options could not be read")?;
        db.close().await?;
        anyhow::Ok(rows)
    };
    let (rows, redis) = tokio::try_join!(connecting, connect_redis(&redis))?;
    let config = LiveConfig::new(settings, Arc::new(|_| ()));
    config.set_stored(rows.into_iter().map(|row| (row.key, row.value)).collect());
    let options = database.parse().context("database.url is not understood")?;
    let db = pool(options, config.database.max_connections);
    App::new(config, db, redis, Clock::default())
}

/// Roles sign what leaves the server: they need a secret, and should have a long one.
pub fn check_secret(settings: &Settings) -> anyhow::Result<()> {
    let secret = settings.config().system.secret_key.context(NO_SECRET)?;
    if secret.len() < SECRET_LENGTH {
        tracing::warn!("CAUTION: system.secret-key is shorter than {SECRET_LENGTH} characters and can be guessed");
    }
    Ok(())
}

/// How statements of pages are planned. None is worth compiling: where an estimate is high, that takes longer than the
/// answer. And lists take the first rows in the order of an index; a bitmap would collect all rows of a busy issue and
/// sort them, because what is estimated for it is what issues have on average.
const PLANS: [(&str, &str); 2] = [("jit", "off"), ("enable_bitmapscan", "off")];

/// One connection, whatever the state of the schema.
pub async fn connect(url: &str) -> anyhow::Result<PgConnection> {
    let options: PgConnectOptions = url.parse().with_context(|| {
        format!("database.url is not understood ({}): write postgres://USER:PASSWORD@HOST/NAME", place(url))
    })?;
    let attempt = tokio::time::timeout(PATIENCE, options.connect()).await;
    let failed = || format!("PostgreSQL at {} cannot be reached: start it, or correct database.url", place(url));
    match attempt {
        Ok(connection) => connection.with_context(failed),
        Err(_) => bail!("{}: no answer within {} s", failed(), PATIENCE.as_secs()),
    }
}

/// A connection that restores itself.
pub async fn connect_redis(url: &str) -> anyhow::Result<Volatile> {
    let failed = || format!("Redis at {} cannot be reached: start it, or correct redis.url", place(url));
    // One quick try first: the connection that restores itself would go on trying for a while.
    let client = redis::Client::open(url).with_context(|| format!("redis.url is not understood ({})", place(url)))?;
    match tokio::time::timeout(PATIENCE, client.get_multiplexed_async_connection()).await {
        Ok(connection) => drop(connection.with_context(failed)?),
        Err(_) => bail!("{}: no answer within {} s", failed(), PATIENCE.as_secs()),
    }
    Volatile::connect(url, "").await.with_context(failed)
}

async fn check_migrations(db: &mut PgConnection) -> anyhow::Result<()> {
    match schema::compare(db).await?.missing {
        0 => Ok(()),
        missing => bail!("the database lacks {missing} migration(s): run `picket upgrade`"),
    }
}

fn pool(options: PgConnectOptions, max_connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(max_connections.max(1))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // Asking before every use would double the round trips; a connection that rested may have died with its server.
        .test_before_acquire(false)
        .before_acquire(|connection, usage| {
            Box::pin(async move {
                if usage.idle_for > RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options.options(PLANS))
}

/// Host and port (or socket) of a URL, without its credentials.
pub fn place(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return "an address that is no URL".to_owned() };
    let socket = url.query_pairs().find(|(name, _)| name == "host").map(|(_, socket)| socket.into_owned());
    match (socket, url.host_str().filter(|host| !host.is_empty()), url.port()) {
        (Some(socket), ..) => socket,
        (None, Some(host), Some(port)) => format!("{host}:{port}"),
        (None, Some(host), None) => host.to_owned(),
        (None, None, _) => url.path().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn places_are_shown_without_credentials() {
        for (url, place) in [
            ("postgres://u:secret@db.example:5433/x", "db.example:5433"),
            ("postgres://u:secret@db/x", "db"),
            ("postgres:///postgres?host=/run/pg&user=x", "/run/pg"),
            ("unix:///data/redis.sock?password=secret", "/data/redis.sock"),
            ("secret", "an address that is no URL"),
        ] {
            assert_eq!(super::place(url), place);
        }
    }
}

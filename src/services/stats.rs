//! How the installation is doing: queue, processes, outcomes. For the overview, `/_metrics` and `doctor`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use redis::RedisResult;
use rustix::system::uname;
use tokio::time::sleep;

use crate::app::App;
use crate::store::{
    jobs::{self, JobCount},
    outcomes::{self, OutcomeHour},
    server,
};
use crate::volatile::heartbeats::{Heartbeat, Latency};

/// How often a process gives a sign of life.
const BEAT: Duration = Duration::from_secs(5);

/// The event stream, as it is now.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Entries waiting or in a worker's hands.
    pub length: u64,
    /// How long the oldest of them has been there.
    pub oldest_age: TimeDelta,
    /// Events that could not be saved.
    pub dead: u64,
}

/// Everything the overview shows.
#[derive(Clone, Debug)]
pub struct Overview {
    pub queue: Queue,
    pub processes: Vec<Heartbeat>,
    pub jobs: Vec<JobCount>,
    /// Of the last 24 hours, all projects together.
    pub outcomes: Vec<OutcomeHour>,
}

impl Overview {
    /// From accepting to being visible: the slowest worker's percentiles, over all workers' events.
    pub fn latency(&self) -> Latency {
        let latencies = self.processes.iter().filter_map(|process| process.latency).filter(|one| one.events > 0);
        latencies.fold(Latency::default(), |all, one| Latency {
            p50: all.p50.max(one.p50),
            p95: all.p95.max(one.p95),
            events: all.events + one.events,
        })
    }

    /// Running processes of a role.
    pub fn count(&self, role: &str) -> usize {
        self.processes.iter().filter(|process| process.role == role).count()
    }
}

/// Looks at everything.
pub async fn overview(app: &App) -> anyhow::Result<Overview> {
    let since = app.clock.now() - TimeDelta::hours(24);
    Ok(Overview {
        queue: queue(app).await?,
        processes: app.redis.list_heartbeats().await?,
        jobs: jobs::count_by_state(&app.db).await?,
        outcomes: outcomes::list_per_hour(&app.db, None, since).await?,
    })
}

/// Looks at the event stream.
pub async fn queue(app: &App) -> RedisResult<Queue> {
    let oldest = app.redis.oldest_queued_at().await?;
    Ok(Queue {
        length: app.redis.queue_length().await?,
        oldest_age: oldest.map_or(TimeDelta::zero(), |oldest| (app.clock.now() - oldest).max(TimeDelta::zero())),
        dead: app.redis.count_dead_events().await?,
    })
}

/// What runs beside Picket, and where.
#[derive(Clone, Debug)]
pub struct Versions {
    pub postgres: String,
    pub redis: String,
    /// Kernel and its release.
    pub system: String,
    pub host: String,
}

pub async fn versions(app: &App) -> anyhow::Result<Versions> {
    let (server, redis, system) = (server::get(&app.db).await?, app.redis.server_info().await?, uname());
    Ok(Versions {
        postgres: server.name(),
        redis: format!("{}.{}", redis.version.0, redis.version.1),
        system: [system.sysname(), system.release(), system.machine()].map(|part| part.to_string_lossy()).join(" "),
        host: system.nodename().to_string_lossy().into_owned(),
    })
}

/// Gives signs of life until the program is asked to stop. `measure` says what a worker measured of itself.
pub async fn keep_beating(app: &App, role: &str, process: &str, measure: impl Fn(DateTime<Utc>) -> Option<Latency>) {
    let started_at = app.clock.now();
    while !app.shutdown.is_cancelled() {
        let at = app.clock.now();
        let beat = Heartbeat {
            role: role.to_owned(),
            process: process.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            at,
            started_at,
            latency: measure(at),
        };
        if let Err(error) = app.redis.beat(&beat).await {
            tracing::debug!(%error, "no sign of life could be given");
        }
        tokio::select! {
            () = sleep(BEAT) => {}
            () = app.shutdown.cancelled() => {}
        }
    }
    if let Err(error) = app.redis.stop_beating(role, process).await {
        tracing::debug!(%error, "no good-bye could be said");
    }
}

//! PostgreSQL, Redis, disks and clocks.

use std::collections::HashSet;
use std::future::{Ready, ready};
use std::time::Instant;

use chrono::TimeDelta;
use rustix::fs::statvfs;

use super::{Finding, Fix, clients};
use crate::app::App;
use crate::store::server::{self, Server, State};
use crate::volatile::server::ServerInfo;

const OLDEST_POSTGRES: i32 = 130_000;
const OLDEST_REDIS: (u32, u32) = (6, 2);
const SLOW_PING_MS: u128 = 50;
const MAX_SKEW: TimeDelta = TimeDelta::seconds(2);
/// A transaction that is open for longer keeps space from being given back.
const LONG_TRANSACTION_SECONDS: f64 = 3600.0;
const LOW_DISK_PERCENT: u64 = 10;

pub async fn database(app: &App) -> anyhow::Result<Finding> {
    let started = Instant::now();
    let server = server::get(&app.db).await?;
    let ping = started.elapsed().as_millis();
    let state = server::state(&app.db).await?;
    Ok(judge_database(&server, state, ping))
}

pub fn judge_database(server: &Server, state: State, ping: u128) -> Finding {
    let told = format!("{}, {ping} ms, {} MiB, fsync {}", server.name(), state.bytes >> 20, server.fsync);
    if server.version < OLDEST_POSTGRES || !server.fsync {
        Finding::failed(told, Fix::UpgradeDatabase)
    } else if state.is_read_only {
        Finding::failed(told, Fix::DatabaseReadOnly)
    } else if state.longest_transaction_seconds > LONG_TRANSACTION_SECONDS {
        let told = format!("{told}, {} s", state.longest_transaction_seconds.round());
        Finding::warning(told, Fix::EndTransactions)
    } else if ping > SLOW_PING_MS {
        Finding::warning(told, Fix::SlowDatabase)
    } else {
        Finding::ok(told)
    }
}

pub async fn redis(app: &App) -> anyhow::Result<Finding> {
    let started = Instant::now();
    let info = app.redis.server_info().await?;
    Ok(judge_redis(&info, started.elapsed().as_millis()))
}

pub fn judge_redis(info: &ServerInfo, ping: u128) -> Finding {
    let told = format!(
        "{}.{}, {ping} ms, {} MiB, appendonly {}, maxmemory-policy {}",
        info.version.0,
        info.version.1,
        info.used_bytes >> 20,
        info.append_only,
        info.eviction
    );
    if info.version < OLDEST_REDIS {
        Finding::failed(told, Fix::UpgradeRedis)
    } else if !info.append_only {
        Finding::failed(told, Fix::AppendOnly)
    } else if info.max_bytes > 0 && info.eviction != "noeviction" {
        Finding::failed(told, Fix::NoEviction)
    } else {
        Finding::ok(told)
    }
}

/// The disk of the files and of the prepared maps; the database's is the database's host's.
pub fn disk(app: &App) -> Ready<anyhow::Result<Finding>> {
    ready(look_at_disks(app))
}

fn look_at_disks(app: &App) -> anyhow::Result<Finding> {
    Ok(judge_disks(&disks(app)?))
}

/// Those that are nearly full, with what is free.
pub fn low_disks(app: &App) -> anyhow::Result<Vec<String>> {
    let low = disks(app)?.into_iter().filter(Disk::is_low);
    Ok(low.map(|disk| format!("{} ({} %)", disk.name, disk.space.min(disk.files))).collect())
}

fn disks(app: &App) -> anyhow::Result<Vec<Disk>> {
    let (mut disks, mut seen) = (Vec::new(), HashSet::new());
    for folder in [&app.config.blobs.directory, &app.config.source_maps.cache_directory] {
        let Some(folder) = folder.ancestors().find(|folder| folder.exists()) else { continue };
        let facts = statvfs(folder)?;
        if !seen.insert(facts.f_fsid) {
            continue;
        }
        let percent = |free: u64, all: u64| free.saturating_mul(100).checked_div(all).unwrap_or(100);
        disks.push(Disk {
            name: folder.display().to_string(),
            free_gib: facts.f_bavail.saturating_mul(facts.f_frsize) >> 30,
            space: percent(facts.f_bavail, facts.f_blocks),
            files: percent(facts.f_favail, facts.f_files),
        });
    }
    Ok(disks)
}

/// What is free on the disk of a folder, in GiB and per cent of space and of inodes.
struct Disk {
    name: String,
    free_gib: u64,
    space: u64,
    files: u64,
}

impl Disk {
    fn is_low(&self) -> bool {
        self.space.min(self.files) < LOW_DISK_PERCENT
    }
}

fn judge_disks(disks: &[Disk]) -> Finding {
    let told = disks
        .iter()
        .map(|disk| format!("{}: {} GiB ({} %), inodes {} %", disk.name, disk.free_gib, disk.space, disk.files));
    let told = told.collect::<Vec<_>>().join("; ");
    let is_low = disks.iter().any(Disk::is_low);
    if is_low { Finding::failed(told, Fix::FreeDisk) } else { Finding::ok(told) }
}

pub async fn clock(app: &App) -> anyhow::Result<Finding> {
    let server = server::get(&app.db).await?;
    let own = judge_clock(app.clock.now() - server.now);
    let theirs = clients::clocks(app).await?;
    Ok(if own.fix.is_none() && theirs.fix.is_some() { theirs } else { own })
}

pub fn judge_clock(ahead: TimeDelta) -> Finding {
    let told = format!("{} ms", ahead.num_milliseconds());
    if ahead.abs() > MAX_SKEW { Finding::failed(told, Fix::KeepTime) } else { Finding::ok(told) }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn databases_that_lose_or_refuse_are_found() {
        let server = Server { version: 150_004, now: DateTime::UNIX_EPOCH, fsync: true, max_connections: 100 };
        let state = State { bytes: 0, is_read_only: false, longest_transaction_seconds: 0.0 };
        let long = State { longest_transaction_seconds: 4000.0, ..state };
        for (server, state, ping, fix) in [
            (server.clone(), state, 1, None),
            (Server { version: 120_010, ..server.clone() }, state, 1, Some(Fix::UpgradeDatabase)),
            (Server { fsync: false, ..server.clone() }, state, 1, Some(Fix::UpgradeDatabase)),
            (server.clone(), State { is_read_only: true, ..state }, 1, Some(Fix::DatabaseReadOnly)),
            (server.clone(), long, 1, Some(Fix::EndTransactions)),
            (server, state, 80, Some(Fix::SlowDatabase)),
        ] {
            assert_eq!(judge_database(&server, state, ping).fix, fix, "{server:?} {state:?} {ping}");
        }
    }

    #[test]
    fn a_redis_that_forgets_is_found() {
        let eviction = "allkeys-lru".to_owned();
        let info = ServerInfo { version: (7, 0), append_only: true, used_bytes: 0, max_bytes: 0, eviction };
        for (info, fix) in [
            (info.clone(), None),
            (ServerInfo { version: (6, 0), ..info.clone() }, Some(Fix::UpgradeRedis)),
            (ServerInfo { append_only: false, ..info.clone() }, Some(Fix::AppendOnly)),
            (ServerInfo { max_bytes: 1 << 30, ..info.clone() }, Some(Fix::NoEviction)),
            (ServerInfo { max_bytes: 1 << 30, eviction: "noeviction".to_owned(), ..info }, None),
        ] {
            assert_eq!(judge_redis(&info, 1).fix, fix, "{info:?}");
        }
    }

    #[test]
    fn full_disks_and_wrong_clocks_are_found() {
        for (space, files, fix) in [(50, 50, None), (9, 50, Some(Fix::FreeDisk)), (50, 9, Some(Fix::FreeDisk))] {
            let disk = Disk { name: "/data".to_owned(), free_gib: 5, space, files };
            assert_eq!(judge_disks(&[disk]).fix, fix, "{space} {files}");
        }
        for (seconds, fix) in [(1, None), (3, Some(Fix::KeepTime)), (-3, Some(Fix::KeepTime))] {
            assert_eq!(judge_clock(TimeDelta::seconds(seconds)).fix, fix);
        }
    }
}

//! What runs, how fast, and whether it did what it should.

use chrono::TimeDelta;

use super::{Finding, Fix};
use crate::app::App;
use crate::services::job::Job;
use crate::services::retention::CleanUp;
use crate::services::stats;
use crate::store::jobs;

/// Events should be visible within this.
const SLOW_P95_MS: u64 = 30_000;
/// It is due every day.
const CLEANED_WITHIN: TimeDelta = TimeDelta::hours(26);

pub async fn processes(app: &App) -> anyhow::Result<Finding> {
    let running = app.redis.list_heartbeats().await?;
    let count = |role: &str| running.iter().filter(|process| process.role == role).count();
    let (workers, crons) = (count("worker"), count("cron"));
    let told = format!("worker {workers}, cron {crons}, web {}", count("web"));
    let own = env!("CARGO_PKG_VERSION");
    Ok(if workers == 0 {
        Finding::failed(told, Fix::StartWorker)
    } else if crons == 0 {
        Finding::failed(told, Fix::StartCron)
    } else if let Some(other) = running.iter().find(|process| process.version != own) {
        Finding::warning(format!("{told}; {} {}", other.process, other.version), Fix::SameVersion)
    } else {
        Finding::ok(told)
    })
}

pub async fn latency(app: &App) -> anyhow::Result<Finding> {
    let overview = stats::overview(app).await?;
    let latency = overview.latency();
    let waiting = u64::try_from(overview.queue.oldest_age.num_milliseconds()).unwrap_or(0);
    let told = format!("p95 {} ms, {} events; {waiting} ms", latency.p95, overview.queue.length);
    Ok(if latency.p95.max(waiting) > SLOW_P95_MS { Finding::failed(told, Fix::MoreWorkers) } else { Finding::ok(told) })
}

pub async fn retention(app: &App) -> anyhow::Result<Finding> {
    let last = jobs::last_finished_at(&app.db, CleanUp::KIND).await?;
    let told = last.map_or_else(|| "-".to_owned(), |last| last.format("%Y-%m-%d %H:%M UTC").to_string());
    let is_late = last.is_none_or(|last| app.clock.now() - last > CLEANED_WITHIN);
    Ok(if is_late { Finding::failed(told, Fix::RunCleanUp) } else { Finding::ok(told) })
}

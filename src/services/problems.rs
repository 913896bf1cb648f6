//! What needs a person now: for the overview, the banner and the API.

use chrono::TimeDelta;

use crate::app::App;
use crate::messages::Messages;
use crate::services::checks::stores;
use crate::services::stats::{self, Queue};
use crate::volatile::heartbeats::Heartbeat;

/// A queue older than this needs a person.
const LATE: TimeDelta = TimeDelta::seconds(30);

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Events are accepted, and so many wait.
    NoWorker(u64),
    NoCron,
    /// The oldest event waits for so many seconds.
    Late(i64),
    /// Disks, with what is free.
    LowDisk(String),
    /// Events that could not be saved.
    DeadEvents(u64),
}

impl Problem {
    /// In URLs and answers of the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NoWorker(_) => "no-worker",
            Self::NoCron => "no-cron",
            Self::Late(_) => "late",
            Self::LowDisk(_) => "disk",
            Self::DeadEvents(_) => "dead-events",
        }
    }

    pub fn text(&self, t: Messages) -> String {
        let count = |number: &u64| i64::try_from(*number).unwrap_or(i64::MAX);
        match self {
            Self::NoWorker(0) => t.manage_no_worker().to_owned(),
            Self::NoWorker(waiting) => t.manage_no_worker_waiting(count(waiting)),
            Self::NoCron => t.manage_no_cron().to_owned(),
            Self::Late(seconds) => t.manage_late(seconds),
            Self::LowDisk(told) => t.manage_low_disk(told),
            Self::DeadEvents(number) => t.manage_dead_events(count(number)),
        }
    }

    /// The page that helps.
    pub fn path(&self) -> &'static str {
        match self {
            Self::NoWorker(_) | Self::NoCron => "/manage/",
            Self::Late(_) | Self::DeadEvents(_) => "/manage/queue/",
            Self::LowDisk(_) => "/manage/checks/#check-disk",
        }
    }
}

/// Looks, the worst first.
pub async fn find(app: &App) -> anyhow::Result<Vec<Problem>> {
    let (queue, processes) = (stats::queue(app).await?, app.redis.list_heartbeats().await?);
    Ok(among(app, &queue, &processes))
}

/// What is wrong with what was seen.
pub fn among(app: &App, queue: &Queue, processes: &[Heartbeat]) -> Vec<Problem> {
    let runs = |role: &str| processes.iter().any(|process| process.role == role);
    let disks = stores::low_disks(app).unwrap_or_default().join(", ");
    let found = [
        (!runs("worker")).then_some(Problem::NoWorker(queue.length)),
        (runs("worker") && queue.oldest_age > LATE).then_some(Problem::Late(queue.oldest_age.num_seconds())),
        (!disks.is_empty()).then_some(Problem::LowDisk(disks)),
        (!runs("cron")).then_some(Problem::NoCron),
        (queue.dead > 0).then_some(Problem::DeadEvents(queue.dead)),
    ];
    found.into_iter().flatten().collect()
}

//! What processes use, from `/proc`.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::picket::Picket;
use super::stores::Stores;

/// CPU time used so far.
#[derive(Clone, Copy, Default)]
pub struct Cpu {
    pub picket: Duration,
    pub postgres: Duration,
    pub redis: Duration,
}

impl Cpu {
    pub fn of(picket: &Picket, stores: &Stores) -> Self {
        Self {
            picket: of_process(picket.pid()),
            postgres: of_family(stores.postgres_pid()),
            redis: of_process(stores.redis_pid()),
        }
    }

    pub fn since(self, before: Self) -> Self {
        Self {
            picket: self.picket.saturating_sub(before.picket),
            postgres: self.postgres.saturating_sub(before.postgres),
            redis: self.redis.saturating_sub(before.redis),
        }
    }

    pub fn total(self) -> Duration {
        self.picket + self.postgres + self.redis
    }
}

/// Megabytes of memory that are a process's own, shared pages counted in part.
pub fn memory_mib(pid: u32) -> f64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).expect("the process runs");
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).expect("the kernel tells");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}

/// Watches the memory of a process.
pub struct Peak {
    is_over: Arc<AtomicBool>,
    watching: JoinHandle<f64>,
}

impl Peak {
    pub fn watch(pid: u32) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_over);
        let watching = thread::spawn(move || {
            let mut peak = memory_mib(pid);
            while !told.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(10));
                peak = peak.max(memory_mib(pid));
            }
            peak
        });
        Self { is_over, watching }
    }

    /// The most megabytes since the beginning.
    pub fn end(self) -> f64 {
        self.is_over.store(true, Ordering::Relaxed);
        self.watching.join().expect("the process runs")
    }
}

fn of_process(pid: u32) -> Duration {
    let fields = stat(pid);
    ticks(fields[11] + fields[12])
}

/// A process, its living children and those it has waited for.
fn of_family(pid: u32) -> Duration {
    let own = stat(pid);
    let living = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let child = entry.file_name().to_str()?.parse().ok()?;
        let fields = try_stat(child)?;
        (fields[1] == u64::from(pid)).then(|| fields[11] + fields[12])
    });
    ticks(own[11] + own[12] + own[13] + own[14] + living.sum::<u64>())
}

fn stat(pid: u32) -> Vec<u64> {
    try_stat(pid).expect("the process runs")
}

/// The fields after the name; what isn't a number (the state) is 0.
fn try_stat(pid: u32) -> Option<Vec<u64>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect())
}

/// The kernel counts hundredths of a second.
fn ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 10)
}

//! The performance budget, measured: `make bench`.
//!
//! Everything runs on this machine: the program in release, PostgreSQL and Redis of its own with the durability of
//! production, and the load. So the figures are those of a small installation, generator included.
//!
//! `cargo bench --bench budget -- 9 13` measures these rows alone, and those that share their load: 1 to 8 come
//! together, also before 14; 9 and 10 do, and 11 and 12; bundles come with 13.

mod api;
mod database;
mod events;
mod growth;
mod load;
mod measure;
mod pages;
#[expect(dead_code, reason = "shared with the fault tests")]
mod picket;
mod scripts;
mod seeded;
mod source_maps;
#[expect(dead_code, reason = "shared with the fault tests")]
mod stores;
mod uploads;

use std::time::{Duration, Instant};

use crate::api::Api;
use crate::database::Database;
use crate::load::{connect, exchange, requests, send_all, send_at_rate};
use crate::measure::{Cpu, memory_mib};
use crate::picket::{Picket, free_address, set_up};
use crate::stores::Stores;

/// Events of rows 1 to 3, 6 and 7.
const EVENTS: usize = 60_000;

/// Events stored for row 14. The budget's ten million take ten minutes and 20 GB more:
/// `cargo bench --bench budget -- 10000000`, any number above [`LAST_ROW`].
const STORED: i64 = 1_000_000;

const LAST_ROW: i64 = 14;

/// The most connections SDKs keep open.
const CONNECTIONS: usize = 32;

fn main() {
    ::picket::outbound::choose_cryptography();
    let stores = Stores::start();
    let project = set_up(&stores);
    let project = (project.0, project.1.as_str());
    let mut database = Database::connect(&stores.database_url());
    println!("{:<58} {:>12} {:>12}", "row", "reach", "measured");
    if wants(&[1, 2, 3, 4, 5, 6, 7, 8, 14]) {
        events(&stores, &mut database, project);
    }
    if wants(&[11, 12]) {
        seeded::measure(&stores, &mut database);
    }
    if wants(&[9, 10, 13]) {
        artifacts(&stores, &mut database, project);
    }
}

/// Whether the command line names one of these rows, or none at all.
fn wants(rows: &[i64]) -> bool {
    let mut named = numbers().filter(|number| *number <= LAST_ROW).peekable();
    named.peek().is_none() || named.any(|number| rows.contains(&number))
}

fn numbers() -> impl Iterator<Item = i64> {
    std::env::args().filter_map(|argument| argument.parse().ok())
}

/// Rows 1 to 8, and 14.
fn events(stores: &Stores, database: &mut Database, project: (i64, &str)) {
    cold_start(stores, project);
    let picket = Picket::run(stores, "all", free_address());
    std::thread::sleep(Duration::from_secs(2));
    let idle = memory_mib(picket.pid());
    let warm = requests(2_000, 1, project);
    send_all(picket.address, &warm, 4);
    database.wait_for(2_001, Duration::from_mins(1));
    throughput(stores, &picket, database, project);
    let busy = memory_mib(picket.pid());
    row("7 memory idle / after the load (PSS)", "20 / 120 MiB", &format!("{idle:.0} / {busy:.0} MiB"));
    steady(&picket, database, project);
    visible(&picket, database, project);
    database.print_sizes();
    if wants(&[14]) {
        grown(stores, &picket, database, project);
    }
}

/// Rows 9, 10 and 13.
fn artifacts(stores: &Stores, database: &mut Database, project: (i64, &str)) {
    let web = Picket::run(stores, "web", free_address());
    let api = Api::new(stores, &web);
    if wants(&[9, 10]) {
        source_maps::measure(stores, &api, &web, database, project);
    }
    if wants(&[13]) {
        uploads::files(stores, &api);
        uploads::bundles(stores, &api, &web);
    }
}

/// Fewer where the code is not optimised: there the rows show that they run, and their figures mean nothing.
fn scaled(count: usize) -> usize {
    if cfg!(debug_assertions) { count / 20 } else { count }
}

fn row(name: &str, reach: &str, measured: &str) {
    println!("{name:<58} {reach:>12} {measured:>12}");
}

/// Row 8: from the start of the process to the first accepted event.
fn cold_start(stores: &Stores, project: (i64, &str)) {
    let requests = requests(1, 99, project);
    let begun = Instant::now();
    let picket = Picket::run(stores, "all", free_address());
    let mut connection = connect(picket.address);
    let status = exchange(&mut connection, &requests[0], &mut [0; 4096]);
    assert_eq!(status, Some(200), "the first event is accepted");
    row("8 cold start to the first accepted event", "<= 100 ms", &format!("{} ms", begun.elapsed().as_millis()));
    std::thread::sleep(Duration::from_secs(2));
}

/// Rows 1, 2, 3 and 6.
fn throughput(stores: &Stores, picket: &Picket, database: &mut Database, project: (i64, &str)) {
    let requests = requests(EVENTS, 1_000, project);
    let bytes: usize = requests.iter().map(Vec::len).sum();
    let (before, size) = (database.accepted(), database.bytes());
    let cpu = Cpu::of(picket, stores);
    let begun = Instant::now();
    let sent = send_all(picket.address, &requests, CONNECTIONS);
    let peak = memory_mib(picket.pid());
    database.wait_for(before + i64::try_from(sent.accepted).unwrap_or(0), Duration::from_mins(5));
    let took = begun.elapsed().as_secs_f64();
    let cpu = Cpu::of(picket, stores).since(cpu);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let events = sent.accepted as f64;
    assert_eq!(sent.refused, 0, "nothing is refused");
    row("1 accepted events/s, 32 connections", ">= 12,000", &format!("{:.0}", events / sent.took.as_secs_f64()));
    row("2 events/s until all are visible", ">= 3,000", &format!("{:.0}", events / took));
    let per_thousand = |time: Duration| time.as_secs_f64() / events * 1000.0;
    row("3 CPU seconds per 1,000 events", "<= 0.50", &format!("{:.3}", per_thousand(cpu.total())));
    let parts = [cpu.picket, cpu.postgres, cpu.redis].map(per_thousand);
    println!(
        "  picket {:.3}, PostgreSQL {:.3}, Redis {:.3}; requests of {} bytes",
        parts[0],
        parts[1],
        parts[2],
        bytes / EVENTS
    );
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let bytes = (database.bytes() - size) as f64 / events;
    row("6 bytes on disk per event", "<= 2,600", &format!("{bytes:.0}"));
    println!("  memory while sending {peak:.0} MiB");
}

/// Row 4.
fn steady(picket: &Picket, database: &mut Database, project: (i64, &str)) {
    let requests = requests(20_000, 2_000, project);
    let before = database.accepted();
    let sent = send_at_rate(picket.address, &requests, CONNECTIONS, 2_000);
    let expected = before + i64::try_from(sent.accepted).unwrap_or(0);
    database.wait_for(expected, Duration::from_mins(1));
    let (p50, p99) = (sent.percentile(50).as_secs_f64() * 1000.0, sent.percentile(99).as_secs_f64() * 1000.0);
    row("4 at 2,000/s: p50 / p99 of the answer", "1 / 10 ms", &format!("{p50:.2} / {p99:.2} ms"));
    row("4 refused; not visible afterwards", "0; 0", &format!("{}; {}", sent.refused, expected - database.accepted()));
}

/// Row 14: what an event costs when much is stored.
fn grown(stores: &Stores, picket: &Picket, database: &mut Database, project: (i64, &str)) {
    let wanted = numbers().find(|number| *number > LAST_ROW).unwrap_or(STORED);
    let small = cost(stores, picket, database, project, 4_000);
    growth::copy_issues(database);
    growth::copy_events(database, wanted);
    // Once more to warm up what the copying threw out of memory.
    cost(stores, picket, database, project, 5_000);
    let large = cost(stores, picket, database, project, 6_000);
    let events = database.number("SELECT count(*) FROM events");
    row("14 cost per event, grown against small", "<= 1.15 x", &format!("{:.2} x", large / small));
    println!("  CPU seconds per 1,000 events: {small:.3}, and {large:.3} with {events} events stored");
}

/// CPU seconds per 1,000 events.
fn cost(stores: &Stores, picket: &Picket, database: &mut Database, project: (i64, &str), seed: u64) -> f64 {
    const EVENTS: u32 = 20_000;
    let requests = requests(EVENTS as usize, seed, project);
    let before = database.accepted();
    let cpu = Cpu::of(picket, stores);
    send_all(picket.address, &requests, CONNECTIONS);
    database.wait_for(before + i64::from(EVENTS), Duration::from_mins(5));
    Cpu::of(picket, stores).since(cpu).total().as_secs_f64() / f64::from(EVENTS) * 1000.0
}

/// Row 5: how far what is visible lags behind what is accepted.
fn visible(picket: &Picket, database: &mut Database, project: (i64, &str)) {
    let requests = requests(5_000, 3_000, project);
    let before = database.accepted();
    let (sent, seen) = std::thread::scope(|scope| {
        let sending = scope.spawn(|| send_at_rate(picket.address, &requests, CONNECTIONS, 500));
        let seen = database.watch(before + 5_000, Duration::from_secs(40));
        (sending.join().expect("sending does not panic"), seen)
    });
    let mut lags: Vec<Duration> = Vec::new();
    for (place, accepted) in sent.accepted_at.iter().enumerate() {
        let wanted = before + i64::try_from(place).unwrap_or(0) + 1;
        let at = seen.iter().find(|(_, count)| *count >= wanted).map(|(at, _)| *at);
        lags.push(at.map_or(Duration::MAX, |at| at.saturating_duration_since(*accepted)));
    }
    lags.sort_unstable();
    let p95 = lags.get(lags.len() * 95 / 100).copied().unwrap_or_default();
    row("5 accept to visible p95 at 500/s", "<= 500 ms", &format!("{} ms", p95.as_millis()));
}

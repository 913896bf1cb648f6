//! Rows 9 and 10: what resolving minified frames costs a worker.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::api::Api;
use super::database::Database;
use super::load::{connect, envelope, send_all};
use super::measure::Cpu;
use super::picket::{Picket, free_address, output};
use super::scripts::{self, Script};
use super::stores::Stores;
use super::{CONNECTIONS, row, scaled};

const MAP_BYTES: usize = 5_000_000;
const MAPS: u32 = 5;
const RELEASE: &str = "web@1";

pub fn measure(stores: &Stores, api: &Api, web: &Picket, database: &mut Database, project: (i64, &str)) {
    let scripts: Vec<Script> =
        (0..MAPS).map(|number| scripts::script(number.into(), &scripts::name(number as usize), MAP_BYTES)).collect();
    upload(api, web, &scripts);
    first_use(stores, web, database, project, &scripts);
    warm(stores, api, web, database, project, &scripts);
}

fn upload(api: &Api, web: &Picket, scripts: &[Script]) {
    api.post("/projects/acme/shop/releases/", &serde_json::json!({"version": RELEASE}));
    let mut requests = Vec::new();
    for (number, script) in scripts.iter().enumerate() {
        let address = scripts::address(&scripts::name(number));
        requests.push(api.release_file(RELEASE, &address, script.code.as_bytes()));
        requests.push(api.release_file(RELEASE, &format!("{address}.map"), &script.map));
    }
    assert_eq!(send_all(web.address, &requests, 2).refused, 0, "uploads are taken");
}

/// Row 10: a worker that needs the maps for the first time, and one that comes later.
fn first_use(stores: &Stores, web: &Picket, database: &mut Database, project: (i64, &str), scripts: &[Script]) {
    let mut seconds = |step| {
        let metrics = free_address();
        let settings = [("PICKET_WEB_METRICS_BIND", &*metrics.to_string())];
        let worker = Picket::run_with(stores, "worker", free_address(), &settings);
        // Counting begins with the page's first answer.
        drop(connect(metrics));
        send(web, database, project, 20, scripts, RELEASE);
        let (sum, count) = read_metric(metrics, "picket_source_map_seconds", step);
        drop(worker);
        assert!((count - f64::from(MAPS)).abs() < 0.5, "{step}: {count} maps");
        sum / count
    };
    let (prepare, open) = (seconds("prepare"), seconds("open"));
    let measured = format!("{:.0} / {:.1} ms", prepare * 1000.0, open * 1000.0);
    row("10 a map of 5 MB: prepared once / opened later", "200 / 5 ms", &measured);
    let mean = |bytes: fn(&Script) -> usize| scripts.iter().map(bytes).sum::<usize>() / scripts.len();
    println!(
        "  maps of {} bytes for scripts of {}, from files to ready",
        mean(|script| script.map.len()),
        mean(|script| script.code.len())
    );
}

/// Row 9: CPU time of a worker for events that are resolved, above that for the same events where nothing can be.
fn warm(stores: &Stores, api: &Api, web: &Picket, database: &mut Database, project: (i64, &str), scripts: &[Script]) {
    let dsn = output(stores, &["project", "create", "--organization", "acme", "--name", "plain"]);
    let dsn = url::Url::parse(&dsn).expect("a DSN");
    let plain = (dsn.path().trim_start_matches('/').parse().expect("a project id"), dsn.username());
    let events = scaled(3_000);
    let per_event = 1000.0 / f64::from(u32::try_from(events).expect("a few thousand"));
    let worker = Picket::run(stores, "worker", free_address());
    let mut cost = |project, release| {
        send(web, database, project, scaled(500), scripts, release);
        let before = Cpu::of(&worker, stores);
        send(web, database, project, events, scripts, release);
        let used = Cpu::of(&worker, stores).since(before);
        [used.picket, used.postgres].map(|time| time.as_secs_f64() * per_event)
    };
    let ([picket, postgres], [plain_picket, plain_postgres]) = (cost(project, RELEASE), cost(plain, "plain@1"));
    row("9 symbolicating 50 frames, maps warm, CPU", "<= 1 ms", &format!("{:.2} ms", picket - plain_picket));
    println!(
        "  the worker's CPU per event {picket:.2} ms, {plain_picket:.2} without artifacts; PostgreSQL {postgres:.2}, \
         {plain_postgres:.2}"
    );
    check(api);
}

/// The newest event's frames are all resolved.
fn check(api: &Api) {
    let events = api.get("/projects/acme/shop/events/");
    let id = events[0]["eventID"].as_str().expect("an event").to_owned();
    let event = api.get(&format!("/projects/acme/shop/events/{id}/"));
    let entries = event["entries"].as_array().expect("entries");
    let exception = entries.iter().find(|entry| entry["type"] == "exception").expect("an exception");
    let frames = exception["data"]["values"][0]["stacktrace"]["frames"].as_array().expect("frames");
    let is_resolved = |frame: &&Value| {
        let is_source = frame["absPath"].as_str().is_some_and(|path| path.starts_with("webpack://"));
        is_source && frame["context"].as_array().is_some_and(|lines| lines.len() > 5)
    };
    let resolved = frames.iter().filter(is_resolved).count();
    assert_eq!((resolved, frames.len()), (50, 50), "resolved frames of {event:#}");
}

/// Sends events and waits until they are stored.
fn send(
    web: &Picket,
    database: &mut Database,
    (project, key): (i64, &str),
    count: usize,
    scripts: &[Script],
    release: &str,
) {
    let before = database.accepted();
    let events = scripts::events(u64::try_from(before).unwrap_or(0) + 7, count, scripts, release);
    let requests: Vec<Vec<u8>> = events.iter().map(|(id, json)| envelope(*id, json, (project, key))).collect();
    let sent = send_all(web.address, &requests, CONNECTIONS.min(count));
    assert_eq!(sent.refused, 0, "nothing is refused");
    database.wait_for(before + i64::try_from(count).unwrap_or(0), Duration::from_mins(5));
}

/// Sum and number of what a histogram has for a step.
fn read_metric(address: SocketAddr, name: &str, step: &str) -> (f64, f64) {
    let begun = Instant::now();
    loop {
        let mut connection = connect(address);
        connection.write_all(b"GET /_metrics HTTP/1.0\r\n\r\n").expect("picket listens");
        let mut page = String::new();
        connection.read_to_string(&mut page).expect("picket answers");
        let value = |part: &str| {
            let start = format!("{name}_{part}{{step=\"{step}\"}} ");
            page.lines().find_map(|line| line.strip_prefix(&start)?.parse::<f64>().ok())
        };
        if let Some(found) = value("sum").zip(value("count")) {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "no {name} in {page}");
        sleep(Duration::from_millis(50));
    }
}

//! The promise under fire: whatever is killed or away, each acknowledged event is stored and counted exactly once, and so
//! is each that a filter refuses.
//!
//! Real processes on stores of their own. Clients do what SDKs do: send an event until it is acknowledged.

mod decisions;
mod one_line;
#[path = "../../../benches/budget/picket.rs"]
mod picket;
#[path = "../../../benches/budget/stores.rs"]
#[expect(dead_code, reason = "shared with the budget")]
mod stores;
mod uploads;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use self::picket::{Picket, free_address, set_up};
use self::stores::Stores;
use crate::worker::INCONSISTENT_ISSUES;

/// Clients that send at the same time.
const CLIENTS: usize = 8;

/// How long a store is away.
const AWAY: Duration = Duration::from_secs(10);

/// How long everything may take to become visible after the last event was acknowledged.
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn workers_are_killed_while_they_save() {
    let scene = Scene::start();
    let events = event_ids(20_000);
    let _web = scene.run("web");
    thread::scope(|scope| {
        let sending = scope.spawn(|| scene.send(&events));
        for _ in 0..4 {
            let mut worker = scene.run("worker");
            thread::sleep(Duration::from_millis(1500));
            worker.kill();
        }
        sending.join().expect("everything is acknowledged");
    });
    let _worker = scene.run("worker");
    scene.assert_each_event_once(&events);
    // No answer was lost, so nothing was sent again that nobody recognises.
    assert_eq!(scene.filtered(), events.iter().filter(|id| is_noise(**id)).count());
}

#[test]
fn the_web_server_is_killed_while_it_takes_events() {
    let scene = Scene::start();
    let events = event_ids(4_000);
    let _worker = scene.run("worker");
    thread::scope(|scope| {
        let sending = scope.spawn(|| scene.send(&events));
        for _ in 0..4 {
            let mut web = scene.run("web");
            thread::sleep(Duration::from_millis(800));
            web.kill();
        }
        let _web = scene.run("web");
        sending.join().expect("everything is acknowledged");
    });
    scene.assert_each_event_once(&events);
}

#[test]
fn two_workers_share_the_stream_and_both_stores_go_away_for_a_while() {
    let mut scene = Scene::start();
    let events = event_ids(6_000);
    let (_web, _one, _two) = (scene.run("web"), scene.run("worker"), scene.run("worker"));
    let (address, project) = (scene.address, scene.project.clone());
    thread::scope(|scope| {
        let sending = scope.spawn(|| send(address, &project, &events));
        thread::sleep(Duration::from_secs(1));
        scene.stores.stop_postgres();
        thread::sleep(AWAY);
        scene.stores.start_postgres();
        thread::sleep(Duration::from_secs(1));
        scene.stores.kill_redis();
        thread::sleep(AWAY);
        scene.stores.start_redis();
        sending.join().expect("everything is acknowledged");
    });
    scene.assert_each_event_once(&events);
}

/// A project and the stores it lives in.
struct Scene {
    stores: Stores,
    project: (i64, String),
    address: SocketAddr,
}

impl Scene {
    fn start() -> Self {
        let stores = Stores::start();
        let project = set_up(&stores);
        let scene = Self { stores, project, address: free_address() };
        let filter = r#"UPDATE projects SET settings = '{"filters":{"error_messages":["noise"]}}' RETURNING id"#;
        assert_eq!(scene.number(filter), scene.project.0);
        scene
    }

    /// What a query answers.
    #[tokio::main(flavor = "current_thread")]
    async fn number(&self, sql: &'static str) -> i64 {
        let mut db = PgConnection::connect(&self.stores.database_url()).await.expect("PostgreSQL runs");
        sqlx::query_scalar(sql).fetch_one(&mut db).await.expect("a query")
    }

    /// Events that were counted as filtered.
    fn filtered(&self) -> usize {
        let sum = "SELECT coalesce(sum(quantity), 0)::bigint FROM outcomes WHERE outcome = 'filtered'";
        usize::try_from(self.number(sum)).expect("a count")
    }

    fn run(&self, role: &str) -> Picket {
        Picket::run(&self.stores, role, self.address)
    }

    fn send(&self, events: &[Uuid]) {
        send(self.address, &self.project, events);
    }

    #[tokio::main(flavor = "current_thread")]
    async fn assert_each_event_once(&self, events: &[Uuid]) {
        let expected: BTreeSet<Uuid> = events.iter().copied().filter(|id| !is_noise(*id)).collect();
        let mut db = PgConnection::connect(&self.stores.database_url()).await.expect("PostgreSQL is back");
        let redis = redis::Client::open(self.stores.redis_url()).expect("an address");
        let mut redis = redis.get_multiplexed_async_connection().await.expect("Redis is back");
        let begun = Instant::now();
        loop {
            let queued: i64 = redis::cmd("XLEN").arg("events").query_async(&mut redis).await.expect("Redis is back");
            if queued == 0 {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "{queued} entries are still queued");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let dead: i64 = redis::cmd("XLEN").arg("events:dead").query_async(&mut redis).await.expect("Redis is back");
        assert_eq!(dead, 0, "nothing is put aside");
        let stored: Vec<Uuid> =
            sqlx::query_scalar("SELECT event_id FROM events").fetch_all(&mut db).await.expect("PostgreSQL is back");
        assert_eq!(stored.len(), expected.len(), "each event once");
        assert_eq!(stored.into_iter().collect::<BTreeSet<_>>(), expected);
        let inconsistent: i64 = sqlx::query_scalar(INCONSISTENT_ISSUES).fetch_one(&mut db).await.expect("a query");
        assert_eq!(inconsistent, 0, "counters of issues are what counting gives");
        let seen: i64 =
            sqlx::query_scalar("SELECT sum(times_seen)::bigint FROM issues").fetch_one(&mut db).await.expect("a query");
        assert_eq!(usize::try_from(seen).expect("a count"), expected.len());
        let accepted = "SELECT sum(quantity)::bigint FROM outcomes WHERE outcome = 'accepted'";
        let accepted: i64 = sqlx::query_scalar(accepted).fetch_one(&mut db).await.expect("a query");
        assert_eq!(usize::try_from(accepted).expect("a count"), expected.len());
    }
}

/// Ids of events to send; the first ones are sent twice.
fn event_ids(count: usize) -> Vec<Uuid> {
    let mut events: Vec<Uuid> = (0..count).map(|_| Uuid::new_v4()).collect();
    events.extend_from_within(..count / 50);
    events
}

/// Whether a filter refuses the event: one in ten.
fn is_noise(id: Uuid) -> bool {
    id.as_u128().is_multiple_of(10)
}

/// Sends each event until it is acknowledged, from several clients.
fn send(address: SocketAddr, (project, key): &(i64, String), events: &[Uuid]) {
    let next = AtomicUsize::new(0);
    let client = || {
        let mut connection = None;
        while let Some(id) = events.get(next.fetch_add(1, Ordering::Relaxed)) {
            let request = request(*project, key, *id);
            while !is_acknowledged(&mut connection, address, &request) {
                thread::sleep(Duration::from_millis(20));
            }
        }
    };
    thread::scope(|scope| (0..CLIENTS).for_each(|_| drop(scope.spawn(client))));
}

fn request(project: i64, key: &str, id: Uuid) -> String {
    let (issue, user) = (id.as_u128() % 40, id.as_u128() % 977);
    let message = if is_noise(id) { "noise" } else { "m" };
    let body = format!(
        r#"{{"event_id":"{}","platform":"other","user":{{"id":"{user}"}},"fingerprint":["{issue}"],"message":"{message}"}}"#,
        id.simple()
    );
    format!(
        "POST /api/{project}/store/?sentry_key={key} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Whether the answer is a 200; a broken connection is opened anew next time.
fn is_acknowledged(connection: &mut Option<TcpStream>, address: SocketAddr, request: &str) -> bool {
    let open = || {
        let stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        Some(stream)
    };
    let Some(mut stream) = connection.take().or_else(open) else { return false };
    if stream.write_all(request.as_bytes()).is_err() {
        return false;
    }
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while !is_complete(&answer) {
        match stream.read(&mut part) {
            Ok(read) if read > 0 => answer.extend_from_slice(&part[..read]),
            _ => return false,
        }
    }
    *connection = Some(stream);
    answer.starts_with(b"HTTP/1.1 200")
}

fn is_complete(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

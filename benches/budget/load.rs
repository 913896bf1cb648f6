//! Requests made beforehand, and threads that send them over kept connections.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::GzEncoder;
use uuid::Uuid;

use super::events::Events;

/// What a load came to.
pub struct Sent {
    pub accepted: usize,
    pub refused: usize,
    pub took: Duration,
    /// Of the answers, sorted; from when a request was due, so that waiting behind a slow one counts.
    pub latencies: Vec<Duration>,
    /// When each was accepted, sorted.
    pub accepted_at: Vec<Instant>,
}

impl Sent {
    pub fn percentile(&self, percent: usize) -> Duration {
        self.latencies
            .get((self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    }
}

/// Complete requests: half gzip, half as they are; half to store, half as envelopes. No two have the same event id.
pub fn requests(count: usize, seed: u64, (project, key): (i64, &str)) -> Vec<Vec<u8>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let now = i64::try_from(now).unwrap_or(0);
    let half = count / 2;
    let make = |count: usize, seed: u64| {
        let mut events = Events::new(seed, now);
        (0..count).map(|place| request(&mut events, place, project, key)).collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let first = scope.spawn(|| make(half, seed));
        let mut requests = make(count - half, seed + 1);
        requests.extend(first.join().expect("events can be made"));
        requests
    })
}

fn request(events: &mut Events, place: usize, project: i64, key: &str) -> Vec<u8> {
    let (id, json) = events.next();
    let (is_envelope, is_gzip) = (place.is_multiple_of(2), (place / 2).is_multiple_of(2));
    let (path, body) = if is_envelope { ("envelope", in_envelope(id, &json)) } else { ("store", json.into_bytes()) };
    post(project, key, path, body, is_gzip)
}

/// A request with an event in an envelope.
pub fn envelope(id: Uuid, json: &str, (project, key): (i64, &str)) -> Vec<u8> {
    post(project, key, "envelope", in_envelope(id, json), false)
}

fn in_envelope(id: Uuid, json: &str) -> Vec<u8> {
    let head = format!("{{\"event_id\":\"{}\"}}\n{{\"type\":\"event\",\"length\":{}}}\n", id.simple(), json.len());
    format!("{head}{json}\n").into_bytes()
}

fn post(project: i64, key: &str, path: &str, mut body: Vec<u8>, is_gzip: bool) -> Vec<u8> {
    if is_gzip {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(&body).expect("memory does not fail");
        body = encoder.finish().expect("memory does not fail");
    }
    let encoding = if is_gzip { "Content-Encoding: gzip\r\n" } else { "" };
    let head = format!(
        "POST /api/{project}/{path}/ HTTP/1.1\r\nHost: localhost\r\nX-Sentry-Auth: Sentry sentry_version=7, \
         sentry_key={key}, sentry_client=bench/1\r\nUser-Agent: bench/1\r\n{encoding}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let mut request = head.into_bytes();
    request.append(&mut body);
    request
}

/// Sends all as fast as the connections can.
pub fn send_all(address: SocketAddr, requests: &[Vec<u8>], connections: usize) -> Sent {
    send(address, requests, connections, |_, _| Instant::now())
}

/// Sends one every `1/rate` seconds; a late answer delays nothing else.
pub fn send_at_rate(address: SocketAddr, requests: &[Vec<u8>], connections: usize, rate: u32) -> Sent {
    let pause = Duration::from_secs(1) / rate;
    send(address, requests, connections, |start, place| {
        let due = start + pause * u32::try_from(place).unwrap_or(u32::MAX);
        let now = Instant::now();
        if due > now {
            thread::sleep(due - now);
        }
        due
    })
}

fn send(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    due: impl Fn(Instant, usize) -> Instant + Sync,
) -> Sent {
    let next = AtomicUsize::new(0);
    let start = Instant::now();
    let parts = thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|_| scope.spawn(|| send_on_one(address, requests, &next, |place| due(start, place))))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("sending does not panic")).collect::<Vec<_>>()
    });
    let took = start.elapsed();
    let mut sent = Sent { accepted: 0, refused: 0, took, latencies: Vec::new(), accepted_at: Vec::new() };
    for (latencies, accepted_at, refused) in parts {
        sent.accepted += accepted_at.len();
        sent.refused += refused;
        sent.latencies.extend(latencies);
        sent.accepted_at.extend(accepted_at);
    }
    sent.latencies.sort_unstable();
    sent.accepted_at.sort_unstable();
    sent
}

type Part = (Vec<Duration>, Vec<Instant>, usize);

fn send_on_one(address: SocketAddr, requests: &[Vec<u8>], next: &AtomicUsize, due: impl Fn(usize) -> Instant) -> Part {
    let mut connection = connect(address);
    let (mut latencies, mut accepted_at, mut refused) = (Vec::new(), Vec::new(), 0);
    let mut answer = vec![0; 16 << 10];
    loop {
        let place = next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = requests.get(place) else { return (latencies, accepted_at, refused) };
        let begun = due(place);
        let status = exchange(&mut connection, request, &mut answer);
        match status {
            Some(200 | 201) => {
                let now = Instant::now();
                latencies.push(now - begun);
                accepted_at.push(now);
            }
            Some(_) => refused += 1,
            None => {
                refused += 1;
                connection = connect(address);
            }
        }
    }
}

/// Sends a request and gives the status; `None`: the connection broke.
pub fn exchange(connection: &mut TcpStream, request: &[u8], answer: &mut [u8]) -> Option<u16> {
    connection.write_all(request).ok()?;
    let mut length = 0;
    loop {
        let read = connection.read(&mut answer[length..]).ok().filter(|read| *read > 0)?;
        length += read;
        let text = &answer[..length];
        let Some(end) = memchr::memmem::find(text, b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&text[..end]).ok()?;
        let body = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if length >= end + 4 + body.unwrap_or(0) {
            return head.get(9..12)?.parse().ok();
        }
    }
}

/// Connects, waiting for a server that is just starting.
pub fn connect(address: SocketAddr) -> TcpStream {
    for _ in 0..10_000 {
        if let Ok(connection) = TcpStream::connect(address) {
            connection.set_nodelay(true).expect("an open connection");
            return connection;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("nobody listens on {address}");
}

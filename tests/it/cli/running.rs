//! `run`: what keeps a role from starting, and how it stops.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Installation, Said};

/// Nothing listens on port 1.
const NOBODY: &str = "127.0.0.1:1";

#[tokio::test]
async fn what_is_missing_is_told_in_one_line() {
    let (installation, _db) = Installation::with_stores().await;
    installation.run(&["run", "worker"]).fails_with(&["migration", "picket upgrade"]);
    installation.run(&["upgrade", "--noinput"]).ok();
    let installation = installation.with("PICKET_SYSTEM_SECRET_KEY", "");
    installation.run(&["run", "worker"]).fails_with(&["system.secret-key", "generate-secret-key"]);
}

#[tokio::test]
async fn a_port_in_use_is_told_in_one_line() {
    let (installation, _db) = Installation::with_stores().await;
    installation.run(&["upgrade", "--noinput"]).ok();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    installation.run(&["run", "web", "-b", &address]).fails_with(&[&address, "in use", "--bind"]);
}

#[test]
fn stores_out_of_reach_are_told_in_one_line() {
    let bare = || Installation::bare().with("PICKET_SYSTEM_SECRET_KEY", super::SECRET);
    bare().run(&["run", "worker"]).fails_with(&["database.url", "run all"]);
    let secret = format!("postgres://u:hunter2@{NOBODY}/x");
    let said = bare()
        .with("PICKET_DATABASE_URL", &secret)
        .with("PICKET_REDIS_URL", "redis://127.0.0.1:1")
        .run(&["run", "worker"]);
    assert!(!said.err.contains("hunter2"), "{said:?}");
    said.fails_with(&["cannot be reached", NOBODY]);
}

#[tokio::test]
async fn redis_out_of_reach_is_told_in_one_line() {
    let (installation, _db) = Installation::with_stores().await;
    installation.run(&["upgrade", "--noinput"]).ok();
    let installation = installation.with("PICKET_REDIS_URL", &format!("redis://:hunter2@{NOBODY}"));
    let said = installation.run(&["run", "worker"]);
    assert!(!said.err.contains("hunter2"), "{said:?}");
    said.fails_with(&["Redis", "cannot be reached", NOBODY]);
}

#[tokio::test]
async fn a_signal_lets_requests_in_hand_finish() {
    let (installation, _db) = Installation::with_stores().await;
    installation.run(&["upgrade", "--noinput"]).ok();
    let mut running = Running::start(&installation, &["run", "web", "-b", "127.0.0.1:0", "--logformat", "machine"]);
    let address = running.address();

    // Half a request is in hand when the signal comes; the rest of it arrives later.
    let mut client = TcpStream::connect(&address).unwrap();
    write!(client, "GET /_health/ HTTP/1.1\r\nHost: {address}\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    running.signal("TERM");
    running.wait_for_line("stopping");
    write!(client, "\r\n").unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let said = running.finish();
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.err.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{said:?}");
}

#[tokio::test]
async fn the_second_signal_stops_at_once() {
    let (installation, _db) = Installation::with_stores().await;
    installation.run(&["upgrade", "--noinput"]).ok();
    let mut running = Running::start(&installation, &["run", "web", "-b", "127.0.0.1:0"]);
    let mut client = TcpStream::connect(running.address()).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    running.signal("INT");
    running.wait_for_line("stopping");
    let start = Instant::now();
    running.signal("INT");
    assert_eq!(running.finish().code, Some(130));
    assert!(start.elapsed() < Duration::from_secs(5));
}

/// A role in the background; killed when dropped.
pub struct Running {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
    lines: String,
}

impl Running {
    pub fn start(installation: &Installation, arguments: &[&str]) -> Self {
        let mut command = installation.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log, lines: String::new() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens, once it does.
    pub fn address(&mut self) -> String {
        let line = self.wait_for_line("listening on ");
        let address = line.split("listening on ").nth(1).unwrap();
        address.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').next().unwrap().to_owned()
    }

    /// Reads the log until a line has this text.
    #[track_caller]
    pub fn wait_for_line(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.log.read_line(&mut line).unwrap();
            assert!(read > 0, "the program ended without `{text}`: {}", self.lines);
            self.lines.push_str(&line);
            if line.contains(text) {
                return line;
            }
        }
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Said {
        self.log.read_to_string(&mut self.lines).unwrap();
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        let code = self.child.wait().unwrap().code();
        Said { code, out, err: std::mem::take(&mut self.lines) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! Old clients to the byte: the scripts of `tests/fixtures/wire`, played over plain connections.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;

use picket::services::tokens;
use picket::types::artifact::Checksum;
use picket::types::scope::Scope;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::zip::Zip;
use crate::support::{Project, TestApp};

/// What scripts may name.
type Names = HashMap<String, Vec<u8>>;

/// A request, and what must come back.
struct Exchange {
    title: String,
    head: String,
    body: String,
    /// The last one is the answer's; 100 may come before.
    statuses: Vec<u16>,
    headers: Vec<(String, String)>,
    json: Option<Value>,
}

/// What came back.
struct Reply {
    status: u16,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

/// A connection that is kept, as clients keep it.
struct Player {
    address: SocketAddr,
    stream: TcpStream,
    names: Names,
}

fn read_script(text: &str) -> Vec<Exchange> {
    text.split("\n=== ").skip(1).map(read_exchange).collect()
}

fn read_exchange(text: &str) -> Exchange {
    let (title, rest) = text.split_once('\n').expect("a title");
    let (request, answer) = rest.split_once("\n--- ").unwrap_or_else(|| panic!("{title}: no answer"));
    let (head, body) = request.split_once("\n\n").unwrap_or((request.trim_end(), ""));
    let (statuses, rest) = answer.split_once('\n').unwrap_or((answer, ""));
    let (headers, json) = rest.split_once("\n\n").unwrap_or((rest, ""));
    let headers = headers.lines().filter_map(|line| line.split_once(": "));
    let json = json.trim();
    Exchange {
        title: title.to_owned(),
        head: head.to_owned(),
        body: body.replace('\n', "\r\n"),
        statuses: statuses.split(", ").map(|status| status.parse().expect("a status")).collect(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        json: (!json.is_empty()).then(|| serde_json::from_str(json).unwrap_or_else(|error| panic!("{title}: {error}"))),
    }
}

/// Puts values in the places of names.
fn fill(text: &str, names: &Names) -> Vec<u8> {
    let mut parts = text.split("<<");
    let mut filled = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (name, rest) = part.split_once(">>").expect("the end of a name");
        filled.extend_from_slice(names.get(name).unwrap_or_else(|| panic!("`{name}` is not known")));
        filled.extend_from_slice(rest.as_bytes());
    }
    filled
}

impl Player {
    async fn play(&mut self, exchange: &Exchange) {
        let title = &exchange.title;
        let body = fill(&exchange.body, &self.names);
        self.names.insert("length".to_owned(), body.len().to_string().into_bytes());
        let head = format!("{}\r\n\r\n", exchange.head.replace('\n', "\r\n"));
        let head = fill(&head, &self.names);
        self.stream.write_all(&head).await.unwrap_or_else(|error| panic!("{title}: {error}"));
        if exchange.head.contains("Expect: 100-continue") {
            let first = self.read_reply(title).await;
            if first.status != 100 {
                // The client neither sends the body nor keeps the connection.
                self.stream = TcpStream::connect(self.address).await.expect("the server listens");
                return self.check(exchange, &[first.status], &first);
            }
            self.stream.write_all(&body).await.unwrap_or_else(|error| panic!("{title}: {error}"));
            let last = self.read_reply(title).await;
            return self.check(exchange, &[100, last.status], &last);
        }
        self.stream.write_all(&body).await.unwrap_or_else(|error| panic!("{title}: {error}"));
        let reply = self.read_reply(title).await;
        self.check(exchange, &[reply.status], &reply);
    }

    /// Reads exactly one answer, so that the next one is not mixed up with it.
    async fn read_reply(&mut self, title: &str) -> Reply {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            let byte = self.stream.read_u8().await;
            bytes.push(byte.unwrap_or_else(|error| panic!("{title}: no answer, but: {error}")));
        }
        let head = String::from_utf8(bytes).expect("a head of ASCII");
        let mut lines = head.lines();
        let first = lines.next().expect("a status line");
        let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.unwrap_or_else(|| panic!("{title}: {first}"));
        let headers: HashMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut body = Vec::new();
        if !matches!(status, 100 | 204) {
            let length = headers.get("content-length").unwrap_or_else(|| panic!("{title}: no length: {head}"));
            body.resize(length.parse().expect("a number"), 0);
            self.stream.read_exact(&mut body).await.expect("a whole body");
        }
        Reply { status, headers, body }
    }

    fn check(&mut self, exchange: &Exchange, statuses: &[u16], reply: &Reply) {
        let (title, text) = (&exchange.title, String::from_utf8_lossy(&reply.body));
        assert_eq!(statuses, exchange.statuses, "{title}: {text}");
        for (name, value) in &exchange.headers {
            assert_eq!(reply.headers.get(name), Some(value), "{title}: {name}");
        }
        if let Some(wanted) = &exchange.json {
            let found: Value = serde_json::from_slice(&reply.body).unwrap_or_else(|_| panic!("{title}: {text}"));
            self.compare(wanted, &found, &format!("{title}: {found}"));
        }
    }

    fn compare(&mut self, wanted: &Value, found: &Value, place: &str) {
        match (wanted, found) {
            (Value::Object(wanted), Value::Object(found)) => {
                for (key, value) in wanted {
                    let member = found.get(key).unwrap_or_else(|| panic!("{place}: no {key}"));
                    self.compare(value, member, &format!("{place}, {key}"));
                }
            }
            (Value::Array(wanted), Value::Array(found)) => {
                assert_eq!(wanted.len(), found.len(), "{place}");
                for (wanted, found) in wanted.iter().zip(found) {
                    self.compare(wanted, found, place);
                }
            }
            (Value::String(wanted), found) => self.compare_text(wanted, found, place),
            _ => assert_eq!(wanted, found, "{place}"),
        }
    }

    fn compare_text(&mut self, wanted: &str, found: &Value, place: &str) {
        match wanted {
            "<text>" => assert!(found.is_string(), "{place}"),
            "<number>" => assert!(found.is_u64(), "{place}"),
            "<list>" => assert!(found.is_array(), "{place}"),
            "<date>" => {
                let date = found.as_str().and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
                assert!(date.is_some(), "{place}");
            }
            _ => match wanted.strip_prefix("<<").and_then(|rest| rest.strip_suffix(">>")) {
                Some(name) => {
                    let value = found.as_str().unwrap_or_else(|| panic!("{place}: not a text")).as_bytes().to_vec();
                    let known = self.names.entry(name.to_owned()).or_insert_with(|| value.clone());
                    assert_eq!(*known, value, "{place}");
                }
                None => assert_eq!(wanted, found, "{place}"),
            },
        }
    }
}

/// Names that every script may use.
async fn names(test: &TestApp, project: &Project) -> Names {
    let now = test.app.clock.now();
    let scopes = [Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectReleases, Scope::OrgRead, Scope::EventWrite];
    let (_, token) = tokens::create(&test.app.db, project.owner.id, "old", &scopes, now).await.unwrap();
    let symbol = b"\xcf\xfa\xed\xfe-";
    [
        ("host", test.address.to_string().into_bytes()),
        ("token", token.into_bytes()),
        ("project", project.project.id.to_string().into_bytes()),
        ("key", project.key.public_key.clone().into_bytes()),
        ("secret", project.key.secret_key.clone().into_bytes()),
        ("now", now.timestamp().to_string().into_bytes()),
        ("symbols", Zip::default().add("DWARF/app", symbol).finish()),
        ("symbol sha1", Checksum::of(symbol).to_string().into_bytes()),
        ("large", vec![b'x'; 24 << 20]),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

async fn play(test: &TestApp, project: &Project, script: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wire").join(script);
    let script = std::fs::read_to_string(path).expect("a script");
    let stream = TcpStream::connect(test.address).await.expect("the server listens");
    let mut player = Player { address: test.address, stream, names: names(test, project).await };
    for exchange in read_script(&script) {
        if exchange.title.ends_with("(the worker has worked)") {
            picket::worker::drain(&test.app).await.expect("the worker saves");
        }
        player.play(&exchange).await;
    }
}

#[tokio::test]
async fn sentry_cli_of_2018_is_served() {
    let test = TestApp::spawn().await;
    let project = test.project().await;
    let script = test.script(&project.owner, &Scope::ALL).await;
    let repository = serde_json::json!({"name": "acme/web"});
    assert_eq!(script.post_json("/api/0/organizations/acme/repos/", &repository).await.status, 201);
    play(&test, &project, "sentry-cli-1.24.http").await;
}

#[tokio::test]
async fn whatever_is_sent_the_answer_is_read() {
    let test = TestApp::spawn_with(|config| config.uploads.max_file_bytes = 1 << 20).await;
    let project = test.project().await;
    play(&test, &project, "by-hand.http").await;
    let blobs: i64 = sqlx::query_scalar("SELECT count(*) FROM blobs").fetch_one(&test.app.db).await.unwrap();
    assert_eq!(blobs, 3);
}

//! Trains `assets/event.dict`, the dictionary that event bodies are compressed with.
//!
//! ```sh
//! cargo run --release --example train_dictionary
//! ```
//!
//! The samples are the fixtures of many SDKs as they are stored, each in many variations: what differs between two
//! events of one SDK (names, numbers, texts) is changed at random, so that the dictionary learns what stays: keys, SDK
//! and framework names, the shape of frames, contexts and requests, the words programs are made of. Nothing of the load
//! of `make bench` is among them.
//!
//! Bodies in the database need the dictionary they were written with: a new one is a new format in
//! `store::event_body`, beside the old.

use std::fs;

use chrono::DateTime;
use picket::pipeline::group::rules::Rules;
use picket::pipeline::symbolicate::Gathered;
use picket::pipeline::{Outcome, Receipt, process};
use picket::types::json::{self, Json};
use picket::types::project_settings::ProjectSettings;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

const BYTES: usize = 64 << 10;
const VARIATIONS: usize = 40;

/// What names in programs are made of.
const WORDS: [&str; 120] = [
    "access",
    "action",
    "adapter",
    "admin",
    "agent",
    "application",
    "array",
    "async",
    "auth",
    "backend",
    "base",
    "block",
    "body",
    "build",
    "builder",
    "bundle",
    "button",
    "call",
    "callback",
    "category",
    "check",
    "class",
    "code",
    "collection",
    "column",
    "command",
    "component",
    "connection",
    "container",
    "content",
    "context",
    "controller",
    "cookie",
    "core",
    "count",
    "create",
    "cursor",
    "data",
    "database",
    "date",
    "default",
    "delete",
    "detail",
    "dialog",
    "dispatch",
    "domain",
    "download",
    "driver",
    "element",
    "engine",
    "error",
    "exception",
    "execute",
    "factory",
    "fetch",
    "field",
    "find",
    "form",
    "format",
    "frame",
    "function",
    "group",
    "handle",
    "handler",
    "hash",
    "helper",
    "home",
    "hook",
    "host",
    "http",
    "input",
    "instance",
    "interface",
    "internal",
    "iterator",
    "language",
    "layout",
    "library",
    "list",
    "loader",
    "main",
    "menu",
    "method",
    "middleware",
    "name",
    "network",
    "node",
    "number",
    "object",
    "option",
    "output",
    "package",
    "params",
    "path",
    "pool",
    "process",
    "property",
    "proxy",
    "query",
    "reader",
    "redirect",
    "render",
    "repository",
    "request",
    "resource",
    "response",
    "result",
    "route",
    "router",
    "save",
    "search",
    "security",
    "select",
    "server",
    "service",
    "settings",
    "source",
    "status",
    "storage",
    "stream",
];

fn main() {
    let mut rng = SmallRng::seed_from_u64(1);
    let mut samples = Vec::new();
    let mut files: Vec<_> =
        fs::read_dir("tests/fixtures/events").expect("run in the project's folder").flatten().collect();
    files.sort_by_key(fs::DirEntry::path);
    for file in files.iter().filter(|file| file.path().extension().is_some_and(|extension| extension == "json")) {
        let raw = fs::read(file.path()).expect("a fixture");
        for _ in 0..VARIATIONS {
            samples.push(as_stored(&raw, &mut rng));
        }
    }
    samples.retain(|sample| !sample.is_empty());
    let dictionary = zstd::dict::from_samples(&samples, BYTES).expect("enough samples");
    fs::write("assets/event.dict", &dictionary).expect("assets can be written");
    println!("{} samples, {} bytes", samples.len(), dictionary.len());
}

/// The event as the worker stores it, with other details.
fn as_stored(raw: &[u8], rng: &mut SmallRng) -> Vec<u8> {
    let Ok(mut event) = json::parse(raw) else { return Vec::new() };
    vary(&mut event, rng);
    let Json::Object(event) = event else { return Vec::new() };
    let receipt = Receipt {
        event_id: Uuid::from_u128(rng.random()),
        received_at: DateTime::from_timestamp(1_795_000_000 + rng.random_range(0..9_000_000), 0).unwrap_or_default(),
        client_ip: None,
        client: "client/1".to_owned(),
        user_agent: String::new(),
        sent_at: None,
    };
    match process(event, &receipt, (&ProjectSettings::default(), &Rules::default()), &|_| Gathered::default()) {
        Outcome::Ready(ready) => ready.json,
        Outcome::Filtered(_) => Vec::new(),
    }
}

/// Texts that belong to an SDK or a framework rather than to one program.
const STAYS: [&str; 14] = [
    "platform",
    "level",
    "type",
    "category",
    "mechanism",
    "sdk",
    "contexts",
    "method",
    "headers",
    "symbol_addr",
    "name",
    "version",
    "packages",
    "handled",
];

fn vary(value: &mut Json<'_>, rng: &mut SmallRng) {
    match value {
        Json::Object(object) => {
            for (key, value) in object.iter_mut() {
                if !STAYS.contains(&key) {
                    vary(value, rng);
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| vary(item, rng)),
        Json::Int(number) if *number > 99 => *number = rng.random_range(0..*number * 2),
        // Frameworks' own frames stay in half of the samples.
        Json::Str(text) if rng.random_range(0..2) == 0 => *value = Json::Str(varied(text, rng).into()),
        _ => {}
    }
}

/// Replaces some words by others and all digits; what lies between them stays.
fn varied(text: &str, rng: &mut SmallRng) -> String {
    let mut result = String::with_capacity(text.len());
    for word in text.split_inclusive(|character: char| !character.is_alphanumeric()) {
        let letters = word.trim_end_matches(|character: char| !character.is_alphanumeric());
        let is_plain = letters.len() > 2 && letters.bytes().all(|byte| byte.is_ascii_lowercase());
        if is_plain && rng.random_range(0..3) == 0 {
            result.push_str(WORDS[rng.random_range(0..WORDS.len())]);
            result.push_str(&word[letters.len()..]);
        } else {
            let digit = |rng: &mut SmallRng| char::from(b'0' + rng.random_range(0..10_u8));
            result.extend(word.chars().map(|one| if one.is_ascii_digit() { digit(rng) } else { one }));
        }
    }
    result
}

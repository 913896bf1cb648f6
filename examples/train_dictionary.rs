//! Trains `assets/event.dict`, the dictionary that event bodies are compressed with.
//!
//! ```sh
//! cargo run --release --example train_dictionary
//! ```
//!
//! The samples are the fixtures of many SDKs as they are stored, each in many variations: what differs between two
//! events of one SDK (names, numbers, texts) is changed at random, so that the dictionary learns what stays: keys, SDK
//! and framework names, the shape of frames, contexts and requests. The load of `make bench` is not among them.
//!
//! Bodies in the database need the dictionary they were written with: a new one is a new format in
//! `store::event_body`, beside the old.

use std::fs;

use chrono::DateTime;
use picket::pipeline::{Outcome, Receipt, process};
use picket::types::json::{self, Json};
use picket::types::project_settings::ProjectSettings;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

const BYTES: usize = 48 << 10;
const VARIATIONS: usize = 60;

fn main() {
    let mut rng = SmallRng::seed_from_u64(1);
    let mut samples = Vec::new();
    let mut files: Vec<_> = fs::read_dir("tests/fixtures/events").expect("run in the project's folder").flatten().collect();
    files.sort_by_key(fs::DirEntry::path);
    for file in files.iter().filter(|file| file.path().extension().is_some_and(|extension| extension == "json")) {
        let raw = fs::read(file.path()).expect("a fixture");
        for _ in 0..VARIATIONS {
            samples.push(stored(&raw, &mut rng));
        }
    }
    let dictionary = zstd::dict::from_samples(&samples, BYTES).expect("enough samples");
    fs::write("assets/event.dict", &dictionary).expect("assets can be written");
    println!("{} samples, {} bytes", samples.len(), dictionary.len());
}

/// The event as the worker stores it, with other details.
fn stored(raw: &[u8], rng: &mut SmallRng) -> Vec<u8> {
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
    match process(event, &receipt, &ProjectSettings::default()) {
        Outcome::Ready(ready) => ready.json,
        Outcome::Filtered(_) => Vec::new(),
    }
}

/// Texts that belong to an SDK or a framework rather than to one program.
const STAYS: [&str; 14] = [
    "platform", "level", "type", "category", "mechanism", "sdk", "contexts", "method", "headers", "symbol_addr", "name",
    "version", "packages", "handled",
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

/// Replaces words and digits; what lies between them stays.
fn varied(text: &str, rng: &mut SmallRng) -> String {
    let letter = |rng: &mut SmallRng, first: char| char::from(first as u8 + rng.random_range(0..26_u8));
    let change = |character: char, rng: &mut SmallRng| match character {
        '0'..='9' => char::from(b'0' + rng.random_range(0..10_u8)),
        'a'..='z' => letter(rng, 'a'),
        'A'..='Z' => letter(rng, 'A'),
        other => other,
    };
    let mut result = String::with_capacity(text.len());
    for word in text.split_inclusive(|character: char| !character.is_alphanumeric()) {
        let keeps = rng.random_range(0..3) > 0;
        result.extend(word.chars().map(|character| {
            let is_digit = character.is_ascii_digit();
            if keeps && !is_digit { character } else { change(character, rng) }
        }));
    }
    result
}

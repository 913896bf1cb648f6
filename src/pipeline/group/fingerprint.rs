//! What the client says about grouping: fingerprint and checksum; and fingerprints for errors that everybody has
//! (grouping.md 3, 8.4).

use std::borrow::Cow;

use md5::{Digest, Md5};
use uuid::Uuid;

use crate::types::hash::EventHash;
use crate::types::json::{Json, Object};

use super::evidence::Evidence;
use super::sink::Leaves;

/// The parts of a fingerprint, if it says more than "as you would".
#[derive(Clone, Debug, PartialEq)]
pub enum Fingerprint<'a> {
    Default,
    /// Replaces what would be computed.
    Custom(Vec<Cow<'a, str>>),
    /// Divides what would be computed: the marker stands for that.
    Salted(Vec<Cow<'a, str>>),
}

impl<'a> Fingerprint<'a> {
    pub fn read(event: &'a Object<'_>) -> Self {
        let parts: Vec<Cow<'_, str>> = match event.get("fingerprint") {
            Some(Json::Array(parts)) => parts.iter().filter_map(part).collect(),
            Some(Json::Str(part)) => vec![Cow::Borrowed(part.as_ref())],
            _ => Vec::new(),
        };
        let markers = parts.iter().filter(|part| is_default_marker(part)).count();
        match parts.len() - markers {
            0 => Self::Default,
            others if others == parts.len() => Self::Custom(parts),
            _ => Self::Salted(parts),
        }
    }

    /// A fingerprint of our own for errors whose stack traces mean nothing.
    pub fn built_in(event: &'a Object<'_>, evidence: &Evidence<'_>) -> Option<Vec<Cow<'a, str>>> {
        if !evidence.platform().is_javascript() {
            return None;
        }
        let (kind, value) = evidence.exceptions().last()?;
        if is_chunk_load_error(kind, value) {
            return Some(vec![Cow::Borrowed("chunkloaderror")]);
        }
        let transaction = event.get_str("transaction").unwrap_or_default();
        is_hydration_error(value).then(|| vec![Cow::Borrowed("hydrationerror"), Cow::Borrowed(transaction)])
    }
}

fn part<'a>(part: &'a Json<'_>) -> Option<Cow<'a, str>> {
    match part {
        Json::Str(text) => Some(Cow::Borrowed(text)),
        Json::Int(_) | Json::Float(_) => Some(Cow::Owned(part.to_string())),
        Json::Bool(value) => Some(Cow::Borrowed(if *value { "True" } else { "False" })),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// `{{ default }}` with any blanks.
fn is_default_marker(part: &str) -> bool {
    let inner = part.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    inner.is_some_and(|name| name.trim() == "default")
}

fn is_chunk_load_error(kind: &str, value: &str) -> bool {
    let names_chunk = |rest: &str| {
        let name = rest.split_whitespace().next().unwrap_or_default();
        rest[name.len()..].trim_start().starts_with("failed")
    };
    kind == "ChunkLoadError"
        || value.starts_with("ChunkLoadError")
        || value.starts_with("Loading CSS chunk")
        || value.strip_prefix("Loading chunk ").is_some_and(names_chunk)
}

/// What React says when the page of the server and that of the browser differ.
fn is_hydration_error(value: &str) -> bool {
    const STARTS: [&str; 5] = [
        "Hydration failed because the ",
        "There was an error while hydrating",
        "Text content does not match server-rendered HTML",
        "Text content did not match. Server:",
        "This Suspense boundary received an update before it finished hydrating",
    ];
    const CODES: [&str; 6] = ["418", "419", "421", "422", "423", "425"];
    let code = value.strip_prefix("Minified React error #").and_then(|rest| rest.get(..3));
    STARTS.iter().any(|start| value.starts_with(start)) || code.is_some_and(|code| CODES.contains(&code))
}

/// The hash of contributing values.
pub fn hash_of(leaves: &Leaves) -> EventHash {
    finish(Md5::new().chain_update(b"g1\x1e").chain_update(leaves.as_bytes()))
}

/// The hash of a fingerprint; markers stand for the values.
pub fn salted_hash(parts: &[Cow<'_, str>], leaves: &Leaves) -> EventHash {
    let mut md5 = Md5::new().chain_update(b"fp");
    for part in parts {
        md5.update(b"\x1e");
        md5.update(if is_default_marker(part) { leaves.as_bytes() } else { part.as_bytes() });
    }
    finish(md5)
}

/// The hash where nothing can be grouped by.
pub fn fallback_hash() -> EventHash {
    finish(Md5::new())
}

/// What a client computed itself: 32 lower-case hexadecimal digits are the hash, anything else is hashed. Also tells
/// the variant's name.
pub fn checksum(event: &Object<'_>) -> Option<(&'static str, EventHash)> {
    let checksum = event.get_str("checksum").filter(|checksum| !checksum.is_empty())?;
    let is_hash = checksum.len() == 32 && checksum.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match Uuid::parse_str(checksum) {
        Ok(hash) if is_hash => Some(("checksum", EventHash(hash))),
        _ => Some(("hashed-checksum", finish(Md5::new().chain_update(checksum)))),
    }
}

fn finish(md5: Md5) -> EventHash {
    EventHash(Uuid::from_bytes(md5.finalize().into()))
}

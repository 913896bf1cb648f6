//! Which issue an event belongs to: strategy `g1` (grouping.md 8).

use md5::{Digest, Md5};
use serde::Serialize;
use uuid::Uuid;

use crate::types::hash::EventHash;
use crate::types::json::Object;
use crate::types::project_settings::ProjectSettings;

/// The strategy's name; a changed strategy is a new one.
pub const STRATEGY: &str = "g1";

/// The hashes of an event, the primary one first; never empty. Only the primary may create an issue; the second is
/// attached when it does, if it is free.
pub fn hashes(event: &Object<'_>, settings: &ProjectSettings) -> Vec<EventHash> {
    let _ = settings;
    let text = event.get("logentry").and_then(|entry| entry.get("formatted")?.as_str()).unwrap_or_default();
    vec![EventHash(Uuid::from_bytes(Md5::digest(text).into()))]
}

/// How the hashes came about, for people.
pub fn explain(event: &Object<'_>, settings: &ProjectSettings) -> Vec<Variant> {
    let _ = (event, settings);
    Vec::new()
}

/// One way of looking at the event, with the hash it gives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Variant {
    /// `app`, `system`, `default`, `custom-fingerprint`, `checksum`, `hashed-checksum`, `fallback`.
    pub name: &'static str,
    /// `component`, `salted-component`, `custom-fingerprint`, `checksum`, `fallback`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub description: String,
    /// 32 hexadecimal digits; none where the variant contributes nothing.
    pub hash: Option<String>,
    pub contributes: bool,
    /// Why it does not contribute.
    pub hint: Option<&'static str>,
    /// The parts of the fingerprint.
    pub values: Vec<String>,
    pub component: Option<Component>,
}

/// A part of the event in a variant, as a tree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Component {
    pub id: &'static str,
    pub name: &'static str,
    pub contributes: bool,
    /// Why it does not contribute.
    pub hint: Option<&'static str>,
    pub values: Vec<ComponentValue>,
}

/// What a component consists of.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ComponentValue {
    Text(String),
    Component(Component),
}

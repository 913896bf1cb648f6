//! Which issue an event belongs to: strategy `g1` (grouping.md 8).
//!
//! `evidence` reads what the event offers (exceptions, threads, stack trace, message, …) and decides what counts.
//! It is then walked once per variant: `app` sees the application's frames only, `system` all of them. The walk leads
//! into bytes that are hashed, or into a tree that tells people what was hashed and why ([`sink`]).

mod evidence;
mod exception;
pub mod features;
mod fingerprint;
mod frame;
mod function;
mod message;
pub mod native;
mod parametrize;
pub mod rules;
mod security;
mod sink;
mod stacktrace;

use std::borrow::Cow;

use serde::Serialize;

use crate::types::hash::EventHash;
use crate::types::json::{Json, Object};
use crate::types::project_settings::ProjectSettings;

use evidence::Evidence;
use fingerprint::{Fingerprint, checksum, fallback_hash, hash_of, salted_hash};
use sink::{Leaves, Tree};

/// The strategy's name; a changed strategy is a new one.
pub const STRATEGY: &str = "g1";

/// The hashes of an event, the primary one first; never empty. Only the primary may create an issue; the second is
/// attached when it does, if it is free.
pub fn hashes(event: &Object<'_>, settings: &ProjectSettings) -> Vec<EventHash> {
    let (evidence, decision) = decide(event, settings);
    match decision {
        Decision::Fixed { hash, .. } => vec![hash],
        Decision::Computed(fingerprint) => {
            let mut all: Vec<Leaves> = evidence.variants().iter().map(|variant| evidence.leaves(*variant)).collect();
            all.dedup();
            if all.is_empty() {
                return vec![fingerprint.fallback()];
            }
            all.iter().map(|leaves| fingerprint.hash(leaves)).collect()
        }
    }
}

/// How the hashes came about, for people. The variants that contribute are those of [`hashes`], in that order.
pub fn explain(event: &Object<'_>, settings: &ProjectSettings) -> Vec<Variant> {
    let mut variants = explain_hashes(event, settings);
    if let Some(rule) = rules::matched(event) {
        for variant in variants.iter_mut().filter(|variant| !variant.values.is_empty()) {
            variant.matched_rule = Some(rule.to_owned());
            variant.client_values = rules::client_fingerprint(event);
        }
    }
    variants
}

fn explain_hashes(event: &Object<'_>, settings: &ProjectSettings) -> Vec<Variant> {
    let (evidence, decision) = decide(event, settings);
    match decision {
        Decision::Fixed { name, hash, values } => {
            let kind = if name == "custom-fingerprint" { name } else { "checksum" };
            let hint =
                if name == "custom-fingerprint" { "fingerprint takes precedence" } else { "checksum takes precedence" };
            let fixed = Variant {
                name,
                kind,
                description: if kind == "checksum" { "checksum" } else { "custom fingerprint" }.to_owned(),
                hash: Some(hash.to_string()),
                contributes: true,
                hint: None,
                values,
                client_values: Vec::new(),
                matched_rule: None,
                component: None,
            };
            let computed = evidence.shown_variants().iter().map(|variant| computed(&evidence, *variant, Err(hint)));
            std::iter::once(fixed).chain(computed).collect()
        }
        Decision::Computed(fingerprint) => explain_computed(&evidence, &fingerprint),
    }
}

fn explain_computed(evidence: &Evidence<'_>, fingerprint: &Part<'_>) -> Vec<Variant> {
    let mut variants: Vec<Variant> = Vec::new();
    for kind in evidence.shown_variants() {
        let hash = fingerprint.hash(&evidence.leaves(*kind)).to_string();
        let outcome = if !evidence.variants().contains(kind) {
            Err("no in-app frame")
        } else if variants.iter().any(|variant| variant.hash.as_ref() == Some(&hash)) {
            Err("same hash as the in-app variant")
        } else {
            Ok(hash)
        };
        let mut variant = computed(evidence, *kind, outcome);
        fingerprint.describe(&mut variant);
        variants.push(variant);
    }
    if variants.is_empty() {
        let mut fallback = computed(evidence, VariantKind::Default, Ok(fingerprint.fallback().to_string()));
        fallback.name = "fallback";
        fallback.kind = "fallback";
        variants.push(fallback);
    }
    variants
}

/// A variant with its tree; with its hash, or with the reason why it does not contribute.
fn computed(evidence: &Evidence<'_>, kind: VariantKind, outcome: Result<String, &'static str>) -> Variant {
    let mut tree = Tree::default();
    evidence.write_explained(kind, &mut tree);
    let hint = outcome.as_ref().err().copied();
    let values = tree.into_values();
    let id = kind.as_str();
    Variant {
        name: id,
        kind: "component",
        description: evidence.description(kind),
        contributes: hint.is_none(),
        hint,
        hash: outcome.ok(),
        values: Vec::new(),
        client_values: Vec::new(),
        matched_rule: None,
        component: Some(Component { id, name: sink::name(id), contributes: hint.is_none(), hint, values }),
    }
}

/// What leads to the hashes.
enum Decision<'a> {
    Fixed { name: &'static str, hash: EventHash, values: Vec<String> },
    Computed(Part<'a>),
}

/// The client's part in computed hashes: nothing, or a fingerprint with the default marker.
struct Part<'a>(Option<Vec<Cow<'a, str>>>);

impl Part<'_> {
    fn hash(&self, leaves: &Leaves) -> EventHash {
        match &self.0 {
            None => hash_of(leaves),
            Some(parts) => salted_hash(parts, leaves),
        }
    }

    fn fallback(&self) -> EventHash {
        match &self.0 {
            None => fallback_hash(),
            Some(parts) => salted_hash(parts, &Leaves::default()),
        }
    }

    fn describe(&self, variant: &mut Variant) {
        if let Some(parts) = &self.0 {
            variant.kind = "salted-component";
            variant.description = format!("modified {}", variant.description);
            variant.values = texts(parts);
        }
    }
}

fn decide<'a>(event: &'a Object<'a>, settings: &ProjectSettings) -> (Evidence<'a>, Decision<'a>) {
    let evidence = Evidence::read(event, settings.stack_only_messages);
    let custom = |parts: &[Cow<'_, str>]| Decision::Fixed {
        name: "custom-fingerprint",
        hash: salted_hash(parts, &Leaves::default()),
        values: texts(parts),
    };
    let decision = match Fingerprint::read(event) {
        Fingerprint::Custom(parts) => custom(&parts),
        Fingerprint::Salted(parts) => Decision::Computed(Part(Some(parts))),
        Fingerprint::Default => match checksum(event) {
            Some((name, hash)) => {
                let values = event.get_str("checksum").map(str::to_owned).into_iter().collect();
                Decision::Fixed { name, hash, values }
            }
            None => match Fingerprint::built_in(event, &evidence) {
                Some(parts) => custom(&parts),
                None => Decision::Computed(Part(None)),
            },
        },
    };
    (evidence, decision)
}

fn texts(parts: &[Cow<'_, str>]) -> Vec<String> {
    parts.iter().map(|part| part.clone().into_owned()).collect()
}

/// The items of an interface: a list, or the one under `values`.
fn items<'a>(event: &'a Object<'_>, key: &str) -> &'a [Json<'a>] {
    let Some(interface) = event.get(key) else { return &[] };
    interface.get("values").unwrap_or(interface).as_array().unwrap_or_default()
}

/// The ways of looking at an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariantKind {
    App,
    System,
    Default,
}

impl VariantKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::System => "system",
            Self::Default => "default",
        }
    }
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
    /// The fingerprint that the client sent, where a rule took its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub client_values: Vec<String>,
    /// The rule that the fingerprint comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched_rule: Option<String>,
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

#[cfg(test)]
mod tests;

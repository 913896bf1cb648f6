//! Browser, operating system, device, runtime, and whatever else a client knows (normalize.md 14.2).

use super::Context;
use super::notes::Notes;
use super::path::Path;
use super::raw_description;
use super::trim::Bag;
use super::values;
use crate::types::json::{Json, Object};

/// Types with fields that somebody reads; the alias of a context is its type if it is one of them.
const KNOWN_TYPES: &[&str] = &[
    "app",
    "browser",
    "culture",
    "device",
    "gpu",
    "os",
    "runtime",
    "trace",
    "monitor",
    "response",
    "state",
    "otel",
    "cloud_resource",
    "nel",
    "profile",
    "replay",
    "feedback",
    "flags",
];

/// More than any client knows of.
pub const MAX_CONTEXTS: usize = 100;
const MAX_TYPE: usize = 128;
const BAG: Bag = Bag::new(8192, 6);

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let Some(sent) = event.get_mut("contexts") else { return };
    let path = &Path::top("contexts");
    let Json::Object(contexts) = sent else {
        context.notes.invalid(path, sent, "expected an object");
        event.remove("contexts");
        return;
    };
    contexts.retain(|alias, value| tidy(alias, value, &mut context.notes, &path.key(alias)));
    contexts.truncate(MAX_CONTEXTS);
    if contexts.is_empty() {
        event.remove("contexts");
    }
}

fn tidy(alias: &str, value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    let Json::Object(members) = value else { return false };
    members.retain(|_, value| !values::says_nothing(value));
    if members.is_empty() {
        return false;
    }
    type_first(alias, members);
    match members.get_str("type") {
        Some("os") => raw_description::os(members),
        Some("runtime") => raw_description::runtime(members),
        Some("trace") => trace(members, notes, path),
        _ => {}
    }
    BAG.fit(value, notes, path);
    true
}

/// The type goes first, so that the limit never takes it.
fn type_first(alias: &str, members: &mut Object<'_>) {
    if members.iter().next().is_some_and(|(key, value)| key == "type" && value.as_str().is_some()) {
        return;
    }
    let kind = match members.remove("type") {
        Some(Json::Str(mut kind)) => {
            values::cut(&mut kind, MAX_TYPE);
            Json::Str(kind)
        }
        _ => Json::from(KNOWN_TYPES.iter().find(|known| **known == alias).copied().unwrap_or("default")),
    };
    let rest = std::mem::take(members);
    members.push("type", kind);
    rest.into_members().into_iter().for_each(|(key, value)| members.push(key, value));
}

fn trace(members: &mut Object<'_>, notes: &mut Notes, path: &Path<'_>) {
    members.retain(|key, value| {
        let length = match key {
            "trace_id" => 32,
            "span_id" | "parent_span_id" => 16,
            _ => return true,
        };
        let id = value.as_str().map(|id| id.replace('-', "").to_ascii_lowercase());
        let is_id = |id: &String| id.len() == length && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let Some(id) = id.filter(is_id) else {
            notes.invalid(&path.key(key), value, "expected hexadecimal digits");
            return false;
        };
        if value.as_str() != Some(&id) {
            *value = Json::text(id);
        }
        true
    });
}

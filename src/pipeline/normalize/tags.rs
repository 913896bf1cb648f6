//! Tags (normalize.md 9): pairs of short texts that issues are searched and counted by.

use std::borrow::Cow;

use super::Context;
use super::notes::Notes;
use super::path::Path;
use super::values;
use crate::types::json::{Json, Object};

const MAX_TAGS: usize = 200;
const MAX_KEY: usize = 200;
const MAX_VALUE: usize = 200;

/// Pairs that are looked at; what repeats or is invalid must not cost without bound.
const MAX_READ: usize = 1000;

/// Derived by the server; a client's are dropped without a word.
const RESERVED: &[&str] = &["release", "dist", "user", "filename", "function"];

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let path = &Path::top("tags");
    let sent = event.remove("tags").unwrap_or_default();
    let mut pairs = server_tags(event);
    if !sent.is_null() {
        match values::pairs(sent) {
            Some(sent) => pairs.extend(sent),
            None => context.notes.invalid(path, &Json::Null, "expected an object or pairs"),
        }
    }
    let tags = read(pairs, event, &mut context.notes, path);
    let pair = |(key, value)| Json::Array(vec![Json::Str(key), Json::Str(value)]);
    event.push("tags", tags.into_iter().map(pair).collect::<Vec<_>>());
}

/// `server_name` and `site` are tags today; they come first, since they win over tags of the same name.
fn server_tags<'a>(event: &mut Object<'a>) -> Vec<(Cow<'a, str>, Json<'a>)> {
    let mut pairs = Vec::new();
    for key in ["server_name", "site"] {
        if let Some(value) = event.remove(key) {
            pairs.push((Cow::Borrowed(key), value));
        }
    }
    pairs
}

fn read<'a>(
    pairs: Vec<(Cow<'a, str>, Json<'a>)>,
    event: &mut Object<'a>,
    notes: &mut Notes,
    path: &Path<'_>,
) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
    let mut tags: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::with_capacity(pairs.len().min(MAX_TAGS));
    let count = pairs.len();
    for (place, (key, value)) in pairs.into_iter().enumerate() {
        if place >= MAX_READ || tags.len() >= MAX_TAGS {
            notes.error("value_too_long", path, Some(&Json::text(count.to_string())), Some("too many tags"));
            break;
        }
        if value.is_null() {
            continue;
        }
        let Some(key) = tag_key(key) else {
            notes.invalid(path, &value, "invalid key");
            continue;
        };
        if RESERVED.contains(&key.as_ref()) || key.starts_with("sentry:") {
            continue;
        }
        let Some(value) = tag_value(value, notes, &path.key(&key)) else { continue };
        if key == "environment" {
            if event.get("environment").is_none_or(Json::is_empty) {
                event.insert("environment", Json::Str(value));
            }
        } else if !tags.iter().any(|(known, _)| *known == key) {
            tags.push((key, value));
        }
    }
    tags
}

fn tag_key(key: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let mut key = values::trimmed(key);
    if key.contains(' ') {
        key = Cow::Owned(key.replace(' ', "-"));
    }
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'-');
    ((1..=MAX_KEY).contains(&key.len()) && key.bytes().all(is_allowed)).then_some(key)
}

/// A value that is too long or has line breaks is repaired and noted: shortened it still says something.
fn tag_value<'a>(value: Json<'a>, notes: &mut Notes, path: &Path<'_>) -> Option<Cow<'a, str>> {
    if matches!(value, Json::Array(_) | Json::Object(_)) {
        notes.invalid(path, &value, "expected a text");
        return None;
    }
    let mut text = values::trimmed(values::scalar_text(value)?);
    if text.contains(['\n', '\r']) {
        notes.invalid(path, &Json::text(text.as_ref()), "line breaks are not allowed");
        text = Cow::Owned(text.replace("\r\n", " ").replace(['\n', '\r'], " "));
    }
    let mut short = text.clone();
    if values::cut(&mut short, MAX_VALUE).is_some() {
        notes.too_long(path, &Json::Str(text));
    }
    (!short.is_empty()).then_some(short)
}

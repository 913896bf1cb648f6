//! The small top-level attributes: type, logger, transaction, culprit, checksum, version, security interfaces.

use std::borrow::Cow;

use super::Context;
use super::notes::{MAX_ERRORS, Notes};
use super::path::Path;
use super::trim::Bag;
use super::values;
use crate::types::json::{Json, Object};

const MAX_LOGGER: usize = 64;
const MAX_TRANSACTION: usize = 200;
const MAX_CHECKSUM: usize = 128;

const ERROR: Bag = Bag::new(4096, 3);

/// Free-form objects that are kept as they are, within bounds.
const BOUNDED: &[(&str, Bag)] = &[
    ("transaction_info", Bag::new(1024, 3)),
    ("csp", Bag::new(16_384, 5)),
    ("hpkp", Bag::new(65_536, 5)),
    ("expectct", Bag::new(65_536, 5)),
    ("expectstaple", Bag::new(65_536, 5)),
    ("nel", Bag::new(16_384, 5)),
];

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let notes = &mut context.notes;
    event.retain(|key, value| {
        let path = &Path::top(key);
        match key {
            "type" | "version" => values::text(value, 64, notes, path),
            "logger" => logger(value, notes, path),
            "transaction" | "culprit" => trimmed_text(value, MAX_TRANSACTION, notes, path),
            "checksum" => checksum(value, notes, path),
            "errors" => errors(value, notes, path),
            // The client's remarks stay whole: ours are added to them, and trimming those would be remarked again.
            "_meta" => value.as_object().is_some(),
            _ => match BOUNDED.iter().find(|(name, _)| *name == key) {
                Some((_, bag)) => bag.object(value, notes, path),
                None => true,
            },
        }
    });
    if !event.contains_key("logger") {
        event.push("logger", "");
    }
}

/// What the client found wrong itself.
fn errors(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    let Json::Array(entries) = value else { return false };
    entries.retain(|entry| entry.get("type").and_then(Json::as_str).is_some());
    entries.truncate(MAX_ERRORS);
    for (index, entry) in entries.iter_mut().enumerate() {
        ERROR.fit(entry, notes, &path.index(index));
    }
    true
}

fn checksum(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    if value.as_str().is_some_and(|text| text.chars().count() > MAX_CHECKSUM) {
        notes.too_long(path, value);
        return false;
    }
    values::text(value, MAX_CHECKSUM, notes, path)
}

fn trimmed_text(value: &mut Json<'_>, max: usize, notes: &mut Notes, path: &Path<'_>) -> bool {
    values::trim(value);
    values::text(value, max, notes, path)
}

fn logger(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    values::trim(value);
    if value.as_str().is_some_and(|name| name.contains(['\r', '\n'])) {
        notes.invalid(path, value, "line breaks are not allowed");
        return false;
    }
    if let Json::Str(name) = value {
        shorten_logger(name);
    }
    values::text(value, MAX_LOGGER, notes, path)
}

/// Keeps the end of a long dotted name, whole words if it can: `*repository.UserRepository`.
fn shorten_logger(name: &mut Cow<'_, str>) {
    let length = name.chars().count();
    if length <= MAX_LOGGER {
        return;
    }
    let surplus = length - (MAX_LOGGER - 1);
    let Some((start, _)) = name.char_indices().nth(surplus) else { return };
    let end = &name[start..];
    let begins_a_word = name[..start].ends_with('.');
    let whole_words = match end.split_once('.') {
        Some((_, rest)) if !begins_a_word && !rest.is_empty() => rest,
        _ => end,
    };
    *name = Cow::Owned(format!("*{whole_words}"));
}

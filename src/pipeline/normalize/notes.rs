//! What normalisation has to say about an event: entries of `errors` (normalize.md 18) and of `_meta` (16).
//!
//! Both are collected while the tree is being changed and written into it at the end. Both are bounded, so that an event
//! with a hundred thousand bad values costs no more than one with a hundred.

use super::path::Path;
use crate::types::json::{Json, Object};

/// Entries in `errors`, the client's own included.
pub const MAX_ERRORS: usize = 100;

/// Trimmed values that `_meta` tells of.
const MAX_REMARKS: usize = 100;

/// Characters of a bad value, or of its name, that an entry repeats.
const MAX_COPY: usize = 200;

#[derive(Default)]
pub struct Notes {
    errors: Vec<Json<'static>>,
    remarks: Vec<Remark>,
}

/// One value was made smaller.
struct Remark {
    steps: Vec<String>,
    rule: Json<'static>,
    /// Characters or entries before.
    len: usize,
}

impl Notes {
    /// The value breaks the rules of its attribute.
    pub fn invalid(&mut self, path: &Path<'_>, value: &Json<'_>, reason: &'static str) {
        self.error("invalid_data", path, Some(value), Some(reason));
    }

    /// The value is longer than its attribute allows.
    pub fn too_long(&mut self, path: &Path<'_>, value: &Json<'_>) {
        self.error("value_too_long", path, Some(value), None);
    }

    /// There is no such attribute; its name may be anything.
    pub fn unknown(&mut self, name: &str) {
        self.error("invalid_attribute", &Path::top(name), None, None);
    }

    pub fn missing(&mut self, path: &Path<'_>, reason: &'static str) {
        self.error("missing_attribute", path, None, Some(reason));
    }

    pub fn error(
        &mut self,
        kind: &'static str,
        path: &Path<'_>,
        value: Option<&Json<'_>>,
        reason: Option<&'static str>,
    ) {
        if self.errors.len() >= MAX_ERRORS {
            return;
        }
        let mut entry = Object::new();
        entry.push("type", kind);
        entry.push("name", first_characters(&path.to_string()));
        if let Some(value) = value {
            entry.push("value", copy(value));
        }
        if let Some(reason) = reason {
            entry.push("reason", reason);
        }
        self.errors.push(Json::Object(entry));
    }

    /// An entry with fields of its own (clock trouble). Never lost to the limit: later runs look for it.
    pub fn entry(&mut self, entry: Object<'static>) {
        self.errors.insert(0, Json::Object(entry));
    }

    /// A text was cut from `len` characters to `max`.
    pub fn cut(&mut self, path: &Path<'_>, max: usize, len: usize) {
        let count = |number: usize| Json::Int(i64::try_from(number).unwrap_or(i64::MAX));
        let rule = vec![Json::from("!limit"), Json::from("s"), count(max.saturating_sub(3)), count(max)];
        self.remark(path, rule, len);
    }

    /// Entries of a container were dropped; there had been `len`.
    pub fn shortened(&mut self, path: &Path<'_>, len: usize) {
        self.remark(path, vec![Json::from("!limit"), Json::from("x")], len);
    }

    fn remark(&mut self, path: &Path<'_>, rule: Vec<Json<'static>>, len: usize) {
        if self.remarks.len() < MAX_REMARKS {
            self.remarks.push(Remark { steps: path.steps(), rule: Json::Array(rule), len });
        }
    }

    /// Writes everything into the event.
    pub fn write_into(self, event: &mut Object<'_>) {
        write_errors(event, self.errors);
        if self.remarks.is_empty() {
            return;
        }
        if event.get("_meta").and_then(Json::as_object).is_none() {
            event.insert("_meta", Object::new());
        }
        let Some(meta) = event.get_mut("_meta") else { return };
        for remark in self.remarks {
            write_remark(meta, remark);
        }
    }
}

/// The client's entries come first; those without a type are nobody's.
fn write_errors(event: &mut Object<'_>, new: Vec<Json<'static>>) {
    let mut errors = match event.remove("errors") {
        Some(Json::Array(errors)) => errors,
        _ => Vec::new(),
    };
    errors.retain(|entry| entry.get("type").and_then(Json::as_str).is_some());
    let clock = new.iter().filter(|entry| entry.get("type").and_then(Json::as_str).is_some_and(is_about_time)).count();
    errors.truncate(MAX_ERRORS - clock);
    errors.extend(new);
    errors.truncate(MAX_ERRORS);
    event.push("errors", errors);
}

fn is_about_time(kind: &str) -> bool {
    matches!(kind, "clock_drift" | "future_timestamp" | "past_timestamp")
}

fn write_remark(meta: &mut Json<'_>, remark: Remark) {
    let mut place = meta;
    for step in remark.steps.into_iter().chain([String::new()]) {
        if place.as_object().is_none() {
            *place = Json::Object(Object::new());
        }
        let Some(object) = place.as_object_mut() else { return };
        if !object.contains_key(&step) {
            object.push(step.clone(), Object::new());
        }
        let Some(next) = object.get_mut(&step) else { return };
        place = next;
    }
    let Some(facts) = place.as_object_mut() else {
        return;
    };
    match facts.get_mut("rem").and_then(Json::as_array_mut) {
        Some(rules) => rules.push(remark.rule),
        None => facts.insert("rem", vec![remark.rule]),
    }
    facts.insert("len", i64::try_from(remark.len).unwrap_or(i64::MAX));
}

/// A bad value for an error entry: scalars as they are, everything else as the beginning of its text.
fn copy(value: &Json<'_>) -> Json<'static> {
    match value {
        Json::Bool(value) => Json::Bool(*value),
        Json::Int(number) => Json::Int(*number),
        Json::Float(number) if number.is_finite() => Json::Float(*number),
        Json::Null | Json::Float(_) => Json::Null,
        Json::Str(text) => Json::text(first_characters(text)),
        Json::Array(_) | Json::Object(_) => Json::text(first_characters(&beginning(value))),
    }
}

/// The text of a container, if writing it is cheap.
fn beginning(value: &Json<'_>) -> String {
    match value {
        Json::Array(items) if items.len() > MAX_COPY => format!("[{} items]", items.len()),
        Json::Object(object) if object.len() > MAX_COPY => format!("{{{} members}}", object.len()),
        _ => value.to_string(),
    }
}

fn first_characters(text: &str) -> String {
    match text.char_indices().nth(MAX_COPY) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

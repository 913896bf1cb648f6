//! The version that runs, and which build of it (normalize.md 5).

use super::Context;
use super::notes::Notes;
use super::path::Path;
use super::values;
use crate::types::json::{Json, Object};

const MAX_RELEASE: usize = 200;
const MAX_DIST: usize = 64;

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let notes = &mut context.notes;
    if let Some(release) = event.remove("release").and_then(|sent| release(sent, notes)) {
        event.push("release", release);
    }
    let dist = event.remove("dist").and_then(|sent| dist(sent, notes));
    if let Some(dist) = dist
        && event.contains_key("release")
    {
        event.push("dist", dist);
    }
}

/// Slashes are allowed: `branch/sha` is common.
fn release<'a>(sent: Json<'a>, notes: &mut Notes) -> Option<Json<'a>> {
    let path = &Path::top("release");
    let text = lenient(sent, notes, path)?;
    let name = text.as_str()?;
    if name.chars().count() > MAX_RELEASE {
        notes.too_long(path, &text);
        return None;
    }
    let is_reserved = matches!(name, "." | "..") || name.eq_ignore_ascii_case("latest");
    if is_reserved || name.contains(['\r', '\n', '\t', '\x0c']) {
        notes.invalid(path, &text, "not a name of a release");
        return None;
    }
    Some(text)
}

fn dist<'a>(sent: Json<'a>, notes: &mut Notes) -> Option<Json<'a>> {
    let path = &Path::top("dist");
    let text = lenient(sent, notes, path)?;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let name = text.as_str()?;
    if name.len() > MAX_DIST || !name.chars().all(is_allowed) {
        notes.invalid(path, &text, "not a name of a dist");
        return None;
    }
    Some(text)
}

fn lenient<'a>(sent: Json<'a>, notes: &mut Notes, path: &Path<'_>) -> Option<Json<'a>> {
    if matches!(sent, Json::Array(_) | Json::Object(_)) {
        notes.invalid(path, &sent, "expected a text");
        return None;
    }
    let text = values::trimmed(values::scalar_text(sent)?);
    (!text.is_empty()).then_some(Json::Str(text))
}

//! Where the program runs (normalize.md 5).

use super::Context;
use super::path::Path;
use super::values;
use crate::types::json::{Json, Object};

const MAX_LENGTH: usize = 64;

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let Some(sent) = event.remove("environment") else { return };
    let path = &Path::top("environment");
    let Some(name) = values::scalar_text(sent.clone()).map(values::trimmed) else {
        context.notes.error("invalid_environment", path, Some(&sent), Some("expected a text"));
        return;
    };
    if name.is_empty() {
        return;
    }
    if name.chars().count() > MAX_LENGTH {
        context.notes.too_long(path, &sent);
        return;
    }
    let is_reserved = matches!(name.as_ref(), "." | "..") || name.eq_ignore_ascii_case("none");
    if is_reserved || name.contains(['\r', '\n', '\t', '\x0c', '/']) {
        context.notes.error("invalid_environment", path, Some(&sent), Some("not a name of an environment"));
        return;
    }
    event.push("environment", Json::Str(name));
}

//! What the client groups by (normalize.md 10).

use super::Context;
use super::notes::Notes;
use super::path::Path;
use super::values;
use crate::types::json::{Json, Object};

const DEFAULT: &str = "{{ default }}";
const MAX_PARTS: usize = 50;
const MAX_PART: usize = 1024;

/// Floats beyond it are not whole numbers that somebody meant.
const MAX_FLOAT: f64 = 9_007_199_254_740_992.0;

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let path = &Path::top("fingerprint");
    let mut parts = match event.remove("fingerprint").unwrap_or_default() {
        Json::Array(parts) => parts,
        Json::Null => Vec::new(),
        text @ Json::Str(_) => vec![text],
        other => {
            context.notes.invalid(path, &other, "expected a list");
            Vec::new()
        }
    };
    parts.retain(|part| !part.is_null());
    parts.truncate(MAX_PARTS);
    let mut index = 0;
    parts.retain_mut(|value| {
        index += 1;
        part(value, &mut context.notes, &path.index(index - 1))
    });
    if parts.is_empty() {
        parts.push(Json::from(DEFAULT));
    }
    event.push("fingerprint", parts);
}

fn part(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    if let Json::Float(number) = value {
        if number.is_nan() || number.abs() >= MAX_FLOAT {
            notes.invalid(path, value, "expected a text or a whole number");
            return false;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
        let whole = *number as i64;
        *value = Json::Int(whole);
    }
    matches!(value, Json::Str(text) if text.is_empty()) || values::text(value, MAX_PART, notes, path)
}

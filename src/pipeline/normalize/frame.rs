//! Frames (normalize.md 7.2 to 7.4).

use std::borrow::Cow;

use super::notes::Notes;
use super::path::Path;
use super::platform;
use super::trim::Bag;
use super::values;
use crate::types::json::{Json, Object};

const MAX_NAME: usize = 512;
const MAX_FILENAME: usize = 256;
const MAX_PATH: usize = 2048;
const MAX_LINE: usize = 512;

/// Lines before and after, each. SDKs send five.
const MAX_LINES: usize = 50;

const VARS: Bag = Bag::of_variables(4096, 5);
const DATA: Bag = Bag::new(4096, 4);

/// Brings a frame into its canonical form; one with nothing in it is none.
pub fn tidy(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    let Json::Object(frame) = value else {
        if !value.is_empty() {
            notes.invalid(path, value, "expected a frame");
        }
        return false;
    };
    frame.retain(|key, value| attribute(key, value, notes, &path.key(key)));
    settle_paths(frame, notes, path);
    if !frame.contains_key("context_line") && (frame.contains_key("pre_context") || frame.contains_key("post_context"))
    {
        frame.push("context_line", "");
    }
    !frame.is_empty()
}

/// Brings one attribute into its canonical form and says whether to keep it. Unknown ones go silently.
pub fn attribute(key: &str, value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    match key {
        // Until the paths are settled a filename may be a URL.
        "abs_path" | "filename" | "project_root" | "source_link" => values::text(value, MAX_PATH, notes, path),
        "function" => value.as_str() != Some("?") && values::text(value, MAX_NAME, notes, path),
        "raw_function" | "module" | "symbol" | "package" => values::text(value, MAX_NAME, notes, path),
        "lineno" | "colno" | "instruction_offset" => values::whole(value),
        "context_line" => line(value, notes, path),
        "pre_context" => lines(value, notes, path, |lines| {
            lines.drain(..lines.len().saturating_sub(MAX_LINES));
        }),
        "post_context" => lines(value, notes, path, |lines| lines.truncate(MAX_LINES)),
        "in_app" | "stack_start" => value.as_bool().is_some(),
        "vars" => variables(value, notes, path),
        "platform" => platform_name(value),
        "symbol_addr" | "image_addr" | "instruction_addr" => values::address(value),
        "addr_mode" | "function_id" | "trust" | "lang" => values::text(value, 128, notes, path),
        "data" | "lock" => DATA.object(value, notes, path),
        "errors" => {
            DATA.fit(value, notes, path);
            !value.is_empty()
        }
        _ => false,
    }
}

fn platform_name(value: &mut Json<'_>) -> bool {
    let name = value.as_str().and_then(platform::find);
    *value = name.map_or(Json::Null, Json::from);
    name.is_some()
}

/// A line of source; unlike other texts an empty one says something.
fn line(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    matches!(value, Json::Str(text) if text.is_empty()) || values::text(value, MAX_LINE, notes, path)
}

fn lines(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>, limit: fn(&mut Vec<Json<'_>>)) -> bool {
    let Json::Array(lines) = value else { return false };
    limit(lines);
    for (index, value) in lines.iter_mut().enumerate() {
        if !line(value, notes, &path.index(index)) {
            *value = Json::from("");
        }
    }
    !lines.is_empty()
}

/// Local variables; lists and pairs become an object.
fn variables(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    if let Json::Array(items) = value {
        let items = std::mem::take(items);
        let is_pair = |item: &Json<'_>| matches!(item.as_array(), Some([Json::Str(_), _]));
        *value = if items.iter().all(is_pair) {
            Json::Object(values::pairs(Json::Array(items)).unwrap_or_default().into_iter().collect())
        } else {
            let indexed = items.into_iter().enumerate();
            Json::Object(indexed.map(|(index, item)| (Cow::Owned(index.to_string()), item)).collect())
        };
    }
    VARS.object(value, notes, path) && !value.is_empty()
}

/// `abs_path` and `filename` supply each other (normalize.md 7.3).
fn settle_paths(frame: &mut Object<'_>, notes: &mut Notes, path: &Path<'_>) {
    if !frame.contains_key("abs_path") {
        let Some(filename) = frame.remove("filename") else { return };
        frame.push("abs_path", filename);
    }
    if !frame.contains_key("filename") {
        let Some(abs_path) = frame.get_str("abs_path") else { return };
        let filename = url_path(abs_path).unwrap_or(abs_path).to_owned();
        frame.push("filename", filename);
    }
    if let Some(Json::Str(filename)) = frame.get_mut("filename")
        && let Some(length) = values::cut(filename, MAX_FILENAME)
    {
        notes.cut(&path.key("filename"), MAX_FILENAME, length);
    }
}

/// The path of a URL, if it says more than `/`.
fn url_path(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once(':')?;
    if !["file", "http", "https", "applewebdata"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let rest = rest.split(['?', '#']).next()?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => &rest[rest.find('/')?..],
        None => rest,
    };
    (path.len() > 1).then_some(path)
}

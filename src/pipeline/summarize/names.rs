//! Names that people look for an issue by: functions and files of its frames, types and values of its causes.

use std::collections::HashSet;

use crate::types::json::{Json, Object};

use super::{exceptions, flag, frames};

/// Longest text of names, in bytes: ten thousand of them are read by one search.
const MAX_NAMES: usize = 3_000;
/// Longer names are rather data.
const MAX_NAME: usize = 200;
/// Frames that are looked at, the innermost first.
const MAX_FRAMES: usize = 250;

/// Each name once, those of the newest exception and its innermost frames first. Of stack traces with frames of the
/// application only those count.
pub fn names(event: &Object<'_>) -> String {
    let mut names = Names::default();
    for exception in exceptions(event).rev() {
        names.add(exception.get_str("type"));
        names.add(exception.get_str("value").and_then(|value| value.lines().next()));
    }
    let all = || exceptions(event).rev().chain(std::iter::once(event)).chain(threads(event)).flat_map(frames);
    let is_in_app = |frame: &&Object<'_>| flag(frame, "in_app") == Some(true);
    let has_in_app = all().take(MAX_FRAMES).any(|frame| is_in_app(&frame));
    for frame in all().take(MAX_FRAMES).filter(|frame| !has_in_app || is_in_app(frame)) {
        for key in ["function", "filename", "module"] {
            names.add(frame.get_str(key));
        }
        if names.text.len() >= MAX_NAMES {
            break;
        }
    }
    names.text
}

fn threads<'a>(event: &'a Object<'_>) -> impl Iterator<Item = &'a Object<'a>> {
    let list = event.get("threads").and_then(|threads| threads.get("values").unwrap_or(threads).as_array());
    list.unwrap_or_default().iter().filter_map(Json::as_object)
}

#[derive(Default)]
struct Names<'a> {
    known: HashSet<&'a str>,
    text: String,
}

impl<'a> Names<'a> {
    fn add(&mut self, name: Option<&'a str>) {
        let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else { return };
        let name = &name[..name.floor_char_boundary(MAX_NAME)];
        if self.text.len() + name.len() < MAX_NAMES && self.known.insert(name) {
            self.text.push_str(if self.text.is_empty() { "" } else { " " });
            self.text.push_str(name);
        }
    }
}

//! The event's message (normalize.md 6.1): a template, its parameters, and the text they make.

use std::borrow::Cow;

use super::Context;
use super::message_format;
use super::notes::Notes;
use super::path::Path;
use super::trim::Bag;
use super::values;
use crate::types::json::{Json, Object};

const MAX_TEXT: usize = 8192;
const PARAMS: Bag = Bag::new(8192, 5);

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let Some(sent) = event.get_mut("logentry") else { return };
    let path = &Path::top("logentry");
    match read(sent.take(), &mut context.notes, path) {
        Some(logentry) => *sent = Json::Object(logentry),
        None => {
            event.remove("logentry");
        }
    }
}

fn read<'a>(sent: Json<'a>, notes: &mut Notes, path: &Path<'_>) -> Option<Object<'a>> {
    let mut sent = match sent {
        Json::Null | Json::Bool(false) => return None,
        Json::Object(object) => object,
        other => [(Cow::Borrowed("formatted"), other)].into_iter().collect(),
    };
    let mut message = text(&mut sent, "message", notes, path);
    let mut formatted = text(&mut sent, "formatted", notes, path);
    let mut params = params(&mut sent, notes, path);
    if message.is_none() && formatted.is_none() {
        notes.missing(path, "neither message nor formatted");
        return None;
    }
    if let (Some(message), None, Some(params)) = (&message, &formatted, &params) {
        formatted = message_format::format(message, params).map(Cow::Owned);
    }
    if formatted.is_none() || formatted == message {
        formatted = message.take();
    }
    let mut logentry = Object::new();
    for (key, text) in [("message", message), ("formatted", formatted)] {
        if let Some(mut text) = text {
            if let Some(length) = values::cut(&mut text, MAX_TEXT) {
                notes.cut(&path.key(key), MAX_TEXT, length);
            }
            logentry.push(key, Json::Str(text));
        }
    }
    if let Some(params) = &mut params {
        PARAMS.fit(params, notes, &path.key("params"));
        logentry.push("params", params.take());
    }
    Some(logentry)
}

/// Blank texts count as missing.
fn text<'a>(sent: &mut Object<'a>, key: &str, notes: &mut Notes, path: &Path<'_>) -> Option<Cow<'a, str>> {
    let value = sent.get_mut(key)?.take();
    if matches!(value, Json::Object(_)) {
        notes.invalid(&path.key(key), &value, "expected a text");
        return None;
    }
    values::json_text(value).filter(|text| !text.trim().is_empty())
}

fn params<'a>(sent: &mut Object<'a>, notes: &mut Notes, path: &Path<'_>) -> Option<Json<'a>> {
    match sent.get_mut("params")?.take() {
        Json::Null => None,
        params @ (Json::Array(_) | Json::Object(_)) => Some(params),
        other => {
            notes.invalid(&path.key("params"), &other, "expected a list or an object");
            None
        }
    }
}

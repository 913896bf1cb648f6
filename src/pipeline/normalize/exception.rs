//! What was raised (normalize.md 6.2): the oldest cause first, the last one is what finally surfaced.

use std::borrow::Cow;

use super::Context;
use super::mechanism;
use super::notes::Notes;
use super::path::Path;
use super::stacktrace;
use super::values;
use crate::types::json::{Json, Object};

const MAX_TYPE: usize = 256;
const MAX_VALUE: usize = 8192;

/// Of more exceptions than both together the middle is left out.
const FIRST_KEPT: usize = 10;
const LAST_KEPT: usize = 40;

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let Some(sent) = event.get_mut("exception") else { return };
    let path = &Path::top("exception");
    match read(sent.take(), &mut context.notes, path) {
        Some(exception) => *sent = Json::Object(exception),
        None => {
            event.remove("exception");
        }
    }
}

/// A stack trace at the top belongs to the only exception, if that has none.
pub fn adopt_stacktrace(event: &mut Object<'_>, _context: &mut Context<'_>) {
    if !event.contains_key("stacktrace") {
        return;
    }
    let only = event.get("exception").and_then(|exception| exception.get("values")).and_then(Json::as_array);
    if !matches!(only, Some([exception]) if exception.get("stacktrace").is_none()) {
        return;
    }
    let stacktrace = event.remove("stacktrace").unwrap_or_default();
    if let Some(Json::Object(exception)) = event.get_mut("exception")
        && let Some([Json::Object(only)]) =
            exception.get_mut("values").and_then(Json::as_array_mut).map(Vec::as_mut_slice)
    {
        only.push("stacktrace", stacktrace);
    }
}

fn read<'a>(mut sent: Json<'a>, notes: &mut Notes, path: &Path<'_>) -> Option<Object<'a>> {
    let mut omitted = sent.as_object_mut().and_then(|object| object.remove("exc_omitted")).unwrap_or_default();
    let is_single = sent.as_object().is_some_and(|object| !object.contains_key("values"));
    let items = if is_single { vec![sent] } else { items(sent, notes, path)? };
    let values_path = &path.key("values");
    let mut values = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        if !item.is_null() {
            values.extend(one(item, notes, &values_path.index(index)));
        }
    }
    if values.is_empty() {
        return None;
    }
    let mut keeps_range = values::range(&mut omitted);
    if values.len() > FIRST_KEPT + LAST_KEPT {
        let end = values.len() - LAST_KEPT;
        values.drain(FIRST_KEPT..end);
        let range = [FIRST_KEPT, end].map(|place| Json::Int(i64::try_from(place).unwrap_or(i64::MAX)));
        omitted = Json::Array(range.into());
        keeps_range = true;
    }
    let mut exception = values::values_object(values);
    if keeps_range {
        exception.push("exc_omitted", omitted);
    }
    Some(exception)
}

fn items<'a>(sent: Json<'a>, notes: &mut Notes, path: &Path<'_>) -> Option<Vec<Json<'a>>> {
    if !matches!(sent, Json::Array(_) | Json::Object(_)) {
        notes.invalid(path, &sent, "expected a list of exceptions");
        return None;
    }
    let items = values::container(sent);
    if items.is_none() {
        notes.invalid(&path.key("values"), &Json::Null, "expected a list of exceptions");
    }
    items
}

fn one<'a>(item: Json<'a>, notes: &mut Notes, path: &Path<'_>) -> Option<Json<'a>> {
    let Json::Object(mut exception) = item else {
        notes.invalid(path, &item, "expected an exception");
        return None;
    };
    exception.retain(|key, value| {
        let path = &path.key(key);
        match key {
            "type" | "module" => values::text(value, MAX_TYPE, notes, path),
            "value" => values::any_text(value, usize::MAX, notes, path),
            "thread_id" => value.as_i64().is_some() || values::text(value, MAX_TYPE, notes, path),
            "mechanism" => mechanism::tidy(value, notes, path),
            "stacktrace" | "raw_stacktrace" => stacktrace::tidy(value, notes, path),
            _ => false,
        }
    });
    if !exception.contains_key("type") {
        split_type(&mut exception);
    }
    if let Some(Json::Str(value)) = exception.get_mut("value")
        && let Some(length) = values::cut(value, MAX_VALUE)
    {
        notes.cut(&path.key("value"), MAX_VALUE, length);
    }
    let says_something = ["type", "value", "stacktrace"].iter().any(|key| exception.contains_key(key));
    if !says_something {
        notes.missing(path, "neither type nor value nor stacktrace");
    }
    says_something.then_some(Json::Object(exception))
}

/// `ValueError: bad` in a value without a type names the type.
fn split_type(exception: &mut Object<'_>) {
    let Some(Json::Str(value)) = exception.get("value") else { return };
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
    let Some((word, rest)) = value.split_once(':').filter(|(word, _)| is_word(word)) else { return };
    if word.chars().count() > MAX_TYPE {
        return;
    }
    let (word, rest) = (word.to_owned(), rest.trim().to_owned());
    exception.insert("type", word);
    if rest.is_empty() {
        exception.remove("value");
    } else {
        exception.insert(Cow::Borrowed("value"), rest);
    }
}

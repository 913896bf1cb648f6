//! The body: a text that is JSON or a form is taken apart, so that it can be read, bounded and scrubbed by key.

use std::borrow::Cow;
use std::collections::HashMap;

use url::form_urlencoded;

use crate::types::json::{Json, Object, parse};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// More pairs than the limit of a body lets through.
const MAX_PAIRS: usize = 5000;

/// Reads a body that is a text by its content type, or by what it looks like.
pub fn infer(request: &mut Object<'_>) {
    let declared = request.get_str("inferred_content_type").map(str::to_ascii_lowercase);
    let Some(data) = request.get_mut("data") else { return };
    let Json::Str(text) = data else { return };
    let found = match declared.as_deref() {
        Some(kind) if kind.contains("json") => json(text).map(|body| (body, JSON)),
        Some(kind) if kind.starts_with(FORM) => Some((form(text), FORM)),
        Some(_) => None,
        None => guess(text),
    };
    let Some((body, kind)) = found else { return };
    *data = body;
    if declared.is_none() {
        request.push("inferred_content_type", kind);
    }
}

fn guess<'a>(text: &Cow<'a, str>) -> Option<(Json<'a>, &'static str)> {
    if text.trim_start().starts_with(['{', '[', '"'])
        && let Some(body) = json(text)
    {
        return Some((body, JSON));
    }
    looks_like_form(text).then(|| (form(text), FORM))
}

/// Containers and texts; a bare number or word is no document.
fn json<'a>(text: &Cow<'a, str>) -> Option<Json<'a>> {
    let body = match text {
        Cow::Borrowed(text) => parse(text.as_bytes()).ok()?,
        Cow::Owned(text) => parse(text.as_bytes()).ok()?.into_owned(),
    };
    // A text in quotes would be taken apart again by the next run.
    matches!(body, Json::Array(_) | Json::Object(_)).then_some(body)
}

fn looks_like_form(text: &str) -> bool {
    // A cut text is not what was sent.
    if !text.is_ascii() || text.ends_with("...") || text.starts_with("<?xml") || text.starts_with(['{', '[']) {
        return false;
    }
    let mut parts = text.split('&').filter(|part| !part.is_empty());
    match (parts.next(), parts.next()) {
        (Some(_), Some(_)) => true,
        (Some(only), None) => {
            let Some((_, value)) = only.split_once('=') else { return false };
            !value.is_empty() && !value.starts_with('=') && !value.ends_with('=')
        }
        _ => false,
    }
}

/// Keys in order; one that repeats has a list.
fn form<'a>(text: &Cow<'a, str>) -> Json<'a> {
    match text {
        Cow::Borrowed(text) => collect(form_urlencoded::parse(text.as_bytes())),
        Cow::Owned(text) => collect(form_urlencoded::parse(text.as_bytes())).into_owned(),
    }
}

fn collect<'a>(pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Json<'a> {
    let mut members: Vec<(Cow<'a, str>, Json<'a>)> = Vec::new();
    let mut places: HashMap<Cow<'a, str>, usize> = HashMap::new();
    for (key, value) in pairs.take(MAX_PAIRS) {
        let Some(&place) = places.get(&key) else {
            places.insert(key.clone(), members.len());
            members.push((key, Json::Str(value)));
            continue;
        };
        match &mut members[place].1 {
            Json::Array(values) => values.push(Json::Str(value)),
            first => *first = Json::Array(vec![first.take(), Json::Str(value)]),
        }
    }
    Json::Object(members.into_iter().collect())
}

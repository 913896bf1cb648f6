//! The address: query and fragment get attributes of their own.

use std::borrow::Cow;

use url::form_urlencoded;

use super::super::notes::Notes;
use super::super::path::Path;
use super::super::values;
use super::pair_list;
use crate::types::json::{Json, Object};

/// More pairs than any limit lets through.
const MAX_PAIRS: usize = 2000;

/// Takes query and fragment off an absolute URL; attributes that were sent explicitly win. Odd texts stay unchanged.
pub fn split(request: &mut Object<'_>) {
    let Some(Json::Str(url)) = request.get_mut("url") else { return };
    if let Some(shortened) = url.strip_suffix('\u{2026}') {
        *url = Cow::Owned(format!("{shortened}..."));
    }
    if !is_absolute(url) {
        return;
    }
    let whole = std::mem::take(url);
    let (rest, fragment) = split_cow(whole, '#');
    let (base, query) = split_cow(rest, '?');
    *url = base;
    if let Some(fragment) = fragment.filter(|fragment| !fragment.is_empty())
        && !request.contains_key("fragment")
    {
        request.push("fragment", Json::Str(fragment));
    }
    if let Some(query) = query.filter(|query| !query.is_empty())
        && request.get("query_string").is_none_or(Json::is_empty)
    {
        request.insert("query_string", parse(query));
    }
}

fn is_absolute(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

fn split_cow(text: Cow<'_, str>, at: char) -> (Cow<'_, str>, Option<Cow<'_, str>>) {
    match text {
        Cow::Borrowed(text) => match text.split_once(at) {
            Some((before, after)) => (Cow::Borrowed(before), Some(Cow::Borrowed(after))),
            None => (Cow::Borrowed(text), None),
        },
        Cow::Owned(text) => match text.split_once(at) {
            Some((before, after)) => (Cow::Owned(before.to_owned()), Some(Cow::Owned(after.to_owned()))),
            None => (Cow::Owned(text), None),
        },
    }
}

/// A query as text, object or pairs becomes pairs.
pub fn query_string(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    match value.take() {
        Json::Null => return false,
        Json::Str(text) => {
            let text = match text {
                Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('?').unwrap_or(text)),
                Cow::Owned(text) => Cow::Owned(text.strip_prefix('?').map(str::to_owned).unwrap_or(text)),
            };
            *value = parse(text);
        }
        other => {
            let Some(pairs) = values::pairs(other) else {
                notes.invalid(path, &Json::Null, "expected a text, an object or pairs");
                return false;
            };
            let texts = pairs.into_iter().take(MAX_PAIRS);
            *value = pair_list(texts.map(|(name, value)| (name, values::json_text(value).unwrap_or_default())));
        }
    }
    !value.is_empty()
}

fn parse(query: Cow<'_, str>) -> Json<'_> {
    match query {
        Cow::Borrowed(query) => pair_list(form_urlencoded::parse(query.as_bytes()).take(MAX_PAIRS)),
        Cow::Owned(query) => pair_list(form_urlencoded::parse(query.as_bytes()).take(MAX_PAIRS).map(owned)),
    }
}

fn owned((name, value): (Cow<'_, str>, Cow<'_, str>)) -> (Cow<'static, str>, Cow<'static, str>) {
    (Cow::Owned(name.into_owned()), Cow::Owned(value.into_owned()))
}

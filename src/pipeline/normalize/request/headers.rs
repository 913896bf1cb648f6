//! Headers as pairs under their usual names.

use std::borrow::Cow;

use super::super::notes::Notes;
use super::super::path::Path;
use super::super::values;
use super::{cookies, pair_list};
use crate::types::json::{Json, Object};

const MAX_HEADERS: usize = 1000;

/// Headers from an object are sorted by name, pairs keep their order.
pub fn tidy(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    let is_object = value.as_object().is_some();
    let sent = value.take();
    if sent.is_null() {
        return false;
    }
    let Some(pairs) = values::pairs(sent) else {
        notes.invalid(path, &Json::Null, "expected an object or pairs");
        return false;
    };
    let texts = pairs.into_iter().take(MAX_HEADERS);
    let mut headers: Vec<_> =
        texts.filter_map(|(name, value)| Some((canonical_name(name), header_value(value)?))).collect();
    if is_object {
        headers.sort_by(|a, b| a.0.cmp(&b.0));
    }
    *value = pair_list(headers);
    true
}

/// `x-forwarded-FOR` is `X-Forwarded-For`.
fn canonical_name(name: Cow<'_, str>) -> Cow<'_, str> {
    let mut starts_word = true;
    let mut is_canonical = true;
    for byte in name.bytes() {
        is_canonical &= if starts_word { !byte.is_ascii_lowercase() } else { !byte.is_ascii_uppercase() };
        starts_word = byte == b'-';
    }
    if is_canonical && name.trim().len() == name.len() {
        return name;
    }
    let mut canonical = String::with_capacity(name.len());
    let mut starts_word = true;
    for c in name.trim().chars() {
        canonical.push(if starts_word { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() });
        starts_word = c == '-';
    }
    Cow::Owned(canonical)
}

/// Several values are one with commas.
fn header_value(value: Json<'_>) -> Option<Cow<'_, str>> {
    match value {
        Json::Array(items) => {
            let texts: Vec<_> = items.into_iter().filter_map(values::json_text).collect();
            Some(Cow::Owned(texts.join(",")))
        }
        other => values::json_text(other),
    }
}

/// The `Cookie` header leaves the headers; it is read unless there are cookies already. Also notes the content type.
pub fn move_cookies(request: &mut Object<'_>) {
    let mut cookie = None;
    let mut content_type = None;
    let Some(Json::Array(headers)) = request.get_mut("headers") else { return };
    headers.retain_mut(|pair| match pair.as_array_mut().map(Vec::as_mut_slice) {
        Some([name, value]) if name.as_str() == Some("Cookie") => {
            cookie = Some(value.take());
            false
        }
        Some([name, value]) if name.as_str() == Some("Content-Type") => {
            content_type.get_or_insert_with(|| value.clone());
            true
        }
        _ => true,
    });
    if let Some(Json::Str(text)) = cookie
        && request.get("cookies").is_none_or(Json::is_empty)
    {
        request.insert("cookies", cookies::parse(text));
    }
    if let Some(content_type) = content_type.filter(|content_type| !content_type.is_empty())
        && !request.contains_key("inferred_content_type")
    {
        // Kept aside until the body has been read by it.
        request.push("inferred_content_type", content_type);
    }
}

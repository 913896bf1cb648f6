//! The HTTP request that was being answered, or the page that was open (normalize.md 12).

mod body;
mod cookies;
mod headers;
mod url;

use std::borrow::Cow;

use super::Context;
use super::notes::Notes;
use super::path::Path;
use super::trim::Bag;
use super::values;
use crate::types::json::{Json, Object};

const QUERY: Bag = Bag::new(4096, 2);
const HEADERS: Bag = Bag::new(8192, 2);
const COOKIES: Bag = Bag::new(8192, 2);
const ENV: Bag = Bag::new(8192, 3);
const BODY: Bag = Bag::new(16_384, 7);

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let Some(mut sent) = event.remove("request") else { return };
    let path = &Path::top("request");
    let Json::Object(request) = &mut sent else {
        context.notes.invalid(path, &sent, "expected an object");
        return;
    };
    let notes = &mut context.notes;
    request.retain(|key, value| attribute(key, value, notes, &path.key(key)));
    url::split(request);
    headers::move_cookies(request);
    body::infer(request);
    bound(request, notes, path);
    if !request.is_empty() {
        event.push("request", sent);
    }
}

fn attribute(key: &str, value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    match key {
        "method" => method(value, notes, path),
        "url" => values::text(value, usize::MAX, notes, path),
        "query_string" => url::query_string(value, notes, path),
        "fragment" => values::text(value, 1024, notes, path),
        "headers" => headers::tidy(value, notes, path),
        "cookies" => cookies::tidy(value, notes, path),
        "env" => ENV.object(value, notes, path),
        "data" => !value.is_null() && value.as_str() != Some(""),
        "inferred_content_type" | "api_target" => values::text(value, 256, notes, path),
        "body_size" => values::whole(value),
        _ => false,
    }
}

fn method(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    let Json::Str(sent) = &*value else {
        if !value.is_null() {
            notes.invalid(path, value, "expected a text");
        }
        return false;
    };
    let name = sent.trim().to_ascii_uppercase();
    let is_method = (3..=32).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-' || byte == b'_');
    if name.is_empty() {
        return false;
    }
    if !is_method {
        notes.invalid(path, value, "not a method");
        return false;
    }
    if name != **sent {
        *value = Json::Str(Cow::Owned(name));
    }
    true
}

/// The limits come last, so that nothing is cut before it has been taken apart.
fn bound(request: &mut Object<'_>, notes: &mut Notes, path: &Path<'_>) {
    for (key, value) in request.iter_mut() {
        let path = &path.key(key);
        match key {
            "url" => {
                values::text(value, 2048, notes, path);
            }
            "query_string" => QUERY.fit(value, notes, path),
            "headers" => HEADERS.fit(value, notes, path),
            "cookies" => COOKIES.fit(value, notes, path),
            "data" => BODY.fit(value, notes, path),
            _ => {}
        }
        if matches!(key, "query_string" | "headers" | "cookies")
            && let Json::Array(pairs) = value
        {
            // The budget may have ended between a name and its value.
            pairs.retain(|pair| pair.as_array().is_some_and(|pair| pair.len() == 2));
        }
    }
}

/// `[[name, value], …]`.
fn pair_list<'a>(pairs: impl IntoIterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Json<'a> {
    let pair = |(name, value)| Json::Array(vec![Json::Str(name), Json::Str(value)]);
    Json::Array(pairs.into_iter().map(pair).collect())
}

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

/// Characters of all names and values together.
const MAX_QUERY: usize = 4096;
const MAX_HEADERS: usize = 8192;
const MAX_COOKIES: usize = 8192;

/// Characters of one name.
const MAX_NAME: usize = 256;

/// Quotation marks and separators; also what a pair needs at least, so that a value can be cut.
const PAIR_COST: usize = 4;

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
        "data" => !values::says_nothing(value),
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
            "query_string" => bound_pairs(value, MAX_QUERY, notes, path),
            "headers" => bound_pairs(value, MAX_HEADERS, notes, path),
            "cookies" => bound_pairs(value, MAX_COOKIES, notes, path),
            "data" => BODY.fit(value, notes, path),
            _ => {}
        }
    }
}

/// Keeps pairs until the budget is spent, the last value as far as it fits.
fn bound_pairs(pairs: &mut Json<'_>, size: usize, notes: &mut Notes, path: &Path<'_>) {
    let Some(pairs) = pairs.as_array_mut() else { return };
    let mut left = size;
    let mut kept = 0;
    for (index, pair) in pairs.iter_mut().enumerate() {
        let Some([Json::Str(name), Json::Str(value)]) = pair.as_array_mut().map(Vec::as_mut_slice) else { break };
        values::cut(name, MAX_NAME);
        let name_cost = name.chars().count() + PAIR_COST;
        if left < name_cost + PAIR_COST {
            break;
        }
        left -= name_cost;
        if let Some(length) = values::cut(value, left) {
            notes.cut(&path.index(index), left, length);
        }
        left -= value.chars().count();
        kept += 1;
    }
    if kept < pairs.len() {
        notes.shortened(path, pairs.len());
        pairs.truncate(kept);
    }
}

/// `[[name, value], …]`.
fn pair_list<'a>(pairs: impl IntoIterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Json<'a> {
    let pair = |(name, value)| Json::Array(vec![Json::Str(name), Json::Str(value)]);
    Json::Array(pairs.into_iter().map(pair).collect())
}

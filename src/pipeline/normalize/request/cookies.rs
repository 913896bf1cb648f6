//! Cookies as pairs. Nothing is decoded: what a cookie's value means is the program's affair.

use std::borrow::Cow;

use super::super::notes::Notes;
use super::super::path::Path;
use super::super::values;
use super::pair_list;
use crate::types::json::Json;

const MAX_COOKIES: usize = 1000;

pub fn tidy(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    *value = match value.take() {
        Json::Null => return false,
        Json::Str(text) => parse(text),
        other => {
            let Some(pairs) = values::pairs(other) else {
                notes.invalid(path, &Json::Null, "expected a text, an object or pairs");
                return false;
            };
            let texts = pairs.into_iter().take(MAX_COOKIES);
            pair_list(texts.map(|(name, value)| (name, values::json_text(value).unwrap_or_default())))
        }
    };
    !value.is_empty()
}

/// Reads `a=b; c=d`.
pub fn parse(text: Cow<'_, str>) -> Json<'_> {
    match text {
        Cow::Borrowed(text) => pair_list(split(text).map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value)))),
        Cow::Owned(text) => {
            pair_list(split(&text).map(|(name, value)| (Cow::Owned(name.to_owned()), Cow::Owned(value.to_owned()))))
        }
    }
}

fn split(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let cookies = text.split(';').map(str::trim).filter(|cookie| !cookie.is_empty());
    cookies.map(|cookie| cookie.split_once('=').unwrap_or((cookie, ""))).take(MAX_COOKIES)
}

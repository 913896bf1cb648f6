//! How a minified file says where its source map is (sourcemaps.md 4).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memmem;

const MARK: &[u8] = b"sourceMappingURL=";
/// Longer ones that aren't data are nonsense.
const MAX_REFERENCE: usize = 2048;

/// The reference in a file's headers, else in its text.
pub fn of<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>, text: &'a str) -> Option<&'a str> {
    in_headers(headers).or_else(|| in_text(text))
}

/// The value of `SourceMap`, else of `X-SourceMap`.
pub fn in_headers<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<&'a str> {
    let mut legacy = None;
    for (name, value) in headers {
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        if name.eq_ignore_ascii_case("sourcemap") {
            return Some(value);
        }
        if name.eq_ignore_ascii_case("x-sourcemap") {
            legacy = Some(value);
        }
    }
    legacy
}

/// The last comment that refers to a source map.
pub fn in_text(text: &str) -> Option<&str> {
    let mut rest = text.as_bytes();
    while let Some(place) = memmem::rfind(rest, MARK) {
        if ["//# ", "//@ ", "/*# ", "/*@ "].iter().any(|start| rest[..place].ends_with(start.as_bytes())) {
            let value = value(&text[place + MARK.len()..]);
            let fits = value.starts_with("data:") || value.len() <= MAX_REFERENCE;
            if !value.is_empty() && fits {
                return Some(value);
            }
        }
        rest = &rest[..place];
    }
    None
}

/// Up to white space, a quote, or the end of a comment.
fn value(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '\t']);
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')).unwrap_or(text.len());
    let value = &text[..end];
    let value = &value[..value.find("/*").unwrap_or(value.len())];
    value.strip_suffix("*/").unwrap_or(value)
}

/// Why an inline source map cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidDataUrl;

/// The content of a `data:` URL.
pub fn decode_data_url(url: &str, max_bytes: usize) -> Result<Vec<u8>, InvalidDataUrl> {
    let (kind, data) = url.strip_prefix("data:").and_then(|rest| rest.split_once(',')).ok_or(InvalidDataUrl)?;
    let data: Cow<'_, [u8]> = percent_encoding::percent_decode_str(data).into();
    if !kind.split(';').any(|part| part.trim() == "base64") {
        return if data.len() <= max_bytes { Ok(data.into_owned()) } else { Err(InvalidDataUrl) };
    }
    let without_padding = data.trim_ascii().strip_suffix(b"==").or_else(|| data.trim_ascii().strip_suffix(b"="));
    let digits = without_padding.unwrap_or_else(|| data.trim_ascii());
    if digits.len() / 4 * 3 > max_bytes {
        return Err(InvalidDataUrl);
    }
    STANDARD_NO_PAD.decode(digits).map_err(|_| InvalidDataUrl)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{InvalidDataUrl, decode_data_url, in_text, of};

    #[test]
    fn vectors() {
        let text = include_str!("../../../tests/fixtures/vectors/sourcemap_references.json");
        let file: Value = serde_json::from_str(text).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let headers = case["headers"].as_object().unwrap();
            let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
            assert_eq!(of(headers, case["body"].as_str().unwrap()), case["expect"].as_str(), "{}", case["id"]);
        }
    }

    #[test]
    fn comments_in_code_are_told_from_code() {
        for (text, expected) in [
            ("/*# sourceMappingURL=a.css.map */", Some("a.css.map")),
            ("/*# sourceMappingURL=a.css.map*/", Some("a.css.map")),
            ("//# sourceMappingURL=a.map\nx=\"//# sourceMappingURL=\"+y", Some("a.map")),
            ("//# sourceMappingURL=", None),
            ("// see sourceMappingURL=x", None),
        ] {
            assert_eq!(in_text(text), expected, "{text}");
        }
    }

    #[test]
    fn data_urls() {
        for (url, expected) in [
            ("data:application/json;base64,e30=", Ok("{}")),
            ("data:application/json;charset=utf-8;base64,e30", Ok("{}")),
            ("data:application/json,%7B%7D", Ok("{}")),
            ("data:application/json;base64,e3?=", Err(InvalidDataUrl)),
            ("data:nothing", Err(InvalidDataUrl)),
            ("data:;base64,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Err(InvalidDataUrl)),
        ] {
            let decoded = decode_data_url(url, 16).map(|bytes| String::from_utf8(bytes).unwrap());
            assert_eq!(decoded.as_deref(), expected.as_ref().copied(), "{url}");
        }
    }
}

//! The header that tells clients what to hold back, and for how long (ingest.md 7.1).

use std::fmt::Write;

/// One limit in `X-Sentry-Rate-Limits`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit<'a> {
    pub seconds: u64,
    /// Empty: all categories.
    pub categories: Vec<&'a str>,
    /// `organization`, `project` or `key`.
    pub scope: Option<&'a str>,
    /// A token such as `key_quota`.
    pub reason: Option<&'a str>,
    /// Of metric buckets only; `None`: all.
    pub namespaces: Option<Vec<&'a str>>,
}

/// Reads the header as clients do: an entry whose seconds are no number is skipped.
pub fn parse(header: &str) -> Vec<RateLimit<'_>> {
    header.split(',').filter_map(parse_one).collect()
}

fn parse_one(text: &str) -> Option<RateLimit<'_>> {
    let mut parts = text.split(':').map(str::trim);
    let seconds: f64 = parts.next()?.parse().ok().filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0)?;
    let categories = list(parts.next().unwrap_or_default());
    let mut token = || parts.next().filter(|part| !part.is_empty());
    let (scope, reason) = (token(), token());
    let namespaces = token().map(list);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative; saturating is right")]
    let seconds = seconds.ceil() as u64;
    Some(RateLimit { seconds, categories, scope, reason, namespaces })
}

fn list(text: &str) -> Vec<&str> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Writes the header's value.
pub fn write(limits: &[RateLimit<'_>]) -> String {
    let mut header = String::new();
    for limit in limits {
        if !header.is_empty() {
            header.push_str(", ");
        }
        let scope = limit.scope.unwrap_or_default();
        let written = write!(header, "{}:{}:{scope}", limit.seconds, limit.categories.join(";"));
        written.expect("writing to a String cannot fail");
        if let Some(reason) = limit.reason {
            header.push(':');
            header.push_str(reason);
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{RateLimit, parse, write};

    fn limit(value: &Value) -> RateLimit<'_> {
        let texts = |value: &'_ Value| -> Option<Vec<String>> {
            Some(value.as_array()?.iter().map(|text| text.as_str().unwrap().to_owned()).collect())
        };
        let leak = |texts: Vec<String>| texts.into_iter().map(|text| &*text.leak()).collect();
        RateLimit {
            seconds: value["seconds"].as_u64().unwrap(),
            categories: leak(texts(&value["categories"]).unwrap()),
            scope: value["scope"].as_str(),
            reason: value["reason"].as_str(),
            namespaces: texts(&value["namespaces"]).map(leak),
        }
    }

    #[test]
    fn vectors() {
        let text = include_str!("../../tests/fixtures/vectors/rate_limit_headers.json");
        let file: Value = serde_json::from_str(text).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let limits: Vec<RateLimit<'_>> = case["limits"].as_array().unwrap().iter().map(limit).collect();
            let header = case["header"].as_str().unwrap();
            if case["direction"] == "parse" {
                assert_eq!(parse(header), limits, "{}", case["id"]);
            } else {
                assert_eq!(write(&limits), header, "{}", case["id"]);
            }
        }
    }
}

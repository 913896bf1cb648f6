//! Reports of browsers: what was violated, by whom (grouping.md 4.4, normalize.md 13).

use crate::pipeline::normalize::security::normalized_blocked_uri;
use crate::types::json::Object;

use super::sink::Sink;

/// Reports that group by the host they speak of.
const BY_HOST: [(&str, &str); 3] = [("hpkp", "hpkp"), ("expectct", "expect-ct"), ("expectstaple", "expect-staple")];

const LOCAL: &str = "'self'";

/// Whether the event has a report to group by.
pub fn has_report(event: &Object<'_>) -> bool {
    ["csp", "hpkp", "expectct", "expectstaple"]
        .iter()
        .any(|kind| event.get(kind).is_some_and(|report| !report.is_empty()))
}

pub fn write(event: &Object<'_>, hint: Option<&'static str>, sink: &mut impl Sink) {
    if let Some(report) = event.get("csp").and_then(|report| report.as_object())
        && sink.open("csp", hint)
    {
        sink.leaf("directive", report.get_str("effective_directive").unwrap_or_default());
        let uri = normalized_blocked_uri(report);
        match local_script_violation(report, &uri) {
            Some(kind) => sink.leaf("violation", kind),
            None => sink.leaf("uri", &uri),
        }
        sink.close();
        return;
    }
    for (kind, id) in BY_HOST {
        let Some(report) = event.get(kind).and_then(|report| report.as_object()) else { continue };
        if sink.open(id, hint) {
            sink.leaf("hostname", report.get_str("hostname").unwrap_or_default());
            sink.close();
        }
        return;
    }
}

/// Scripts in the page itself: `'unsafe-inline'` or `'unsafe-eval'`.
fn local_script_violation(report: &Object<'_>, uri: &str) -> Option<&'static str> {
    let text = |key| report.get_str(key).unwrap_or_default();
    if uri != LOCAL || !text("effective_directive").starts_with("script-src") {
        return None;
    }
    let (violated, blocked) = (text("violated_directive"), text("blocked_uri"));
    if violated.contains("'unsafe-inline'") || blocked == "inline" {
        Some("'unsafe-inline'")
    } else if violated.contains("'unsafe-eval'") || blocked == "eval" {
        Some("'unsafe-eval'")
    } else {
        None
    }
}

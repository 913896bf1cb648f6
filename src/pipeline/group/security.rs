//! Reports of browsers: what was violated, by whom (grouping.md 4.4, normalize.md 13).

use std::borrow::Cow;

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
        match local_script_violation(report) {
            Some(kind) => sink.leaf("violation", kind),
            None => sink.leaf("uri", &blocked_uri(report)),
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
fn local_script_violation(report: &Object<'_>) -> Option<&'static str> {
    let violated = report.get_str("violated_directive")?;
    if report.get_str("effective_directive") != Some("script-src") || blocked_uri(report) != LOCAL {
        return None;
    }
    ["'unsafe-inline'", "'unsafe-eval'"].into_iter().find(|kind| violated.contains(*kind))
}

/// Where the blocked content came from: `'self'`, host and port, or scheme and host.
pub fn blocked_uri<'a>(report: &'a Object<'_>) -> Cow<'a, str> {
    let uri = report.get_str("blocked_uri").unwrap_or_default().trim();
    if matches!(uri, "" | "self" | LOCAL) {
        return Cow::Borrowed(LOCAL);
    }
    let Some((scheme, rest)) = uri.split_once(':') else { return Cow::Owned(format!("{uri}:")) };
    let Some(rest) = rest.strip_prefix("//") else { return Cow::Owned(format!("{scheme}:")) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    match scheme {
        "http" | "https" => Cow::Borrowed(host),
        _ if host.is_empty() => Cow::Owned(format!("{scheme}:")),
        _ => Cow::Owned(format!("{scheme}://{host}")),
    }
}

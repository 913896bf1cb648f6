//! A browser's security report as an event (ingest.md 10, normalize.md 13).

use std::borrow::Cow;

use super::values;
use crate::protocol::security::Kind;
use crate::types::json::{Json, Object};

/// What the query of a report's request says about the event.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReportQuery<'q> {
    /// `sentry_release`
    pub release: Option<&'q str>,
    /// `sentry_environment`
    pub environment: Option<&'q str>,
}

const MAX_VALUE: usize = 1024;

/// What each directive governs, as the message names it.
const NOUNS: &[(&str, &str)] = &[
    ("child-src", "child"),
    ("connect-src", "connect"),
    ("font-src", "font"),
    ("form-action", "form"),
    ("img-src", "image"),
    ("manifest-src", "manifest"),
    ("media-src", "media"),
    ("object-src", "object"),
    ("script-src", "script"),
    ("script-src-elem", "script"),
    ("script-src-attr", "script"),
    ("style-src", "style"),
    ("style-src-elem", "style"),
    ("style-src-attr", "style"),
];

/// Makes an event of a report, to be normalised like any other. `None` if the report has not the shape of its kind.
pub fn event_from_report<'a>(
    kind: Kind,
    report: &Json<'a>,
    user_agent: &'a str,
    query: ReportQuery<'a>,
) -> Option<Object<'a>> {
    let attributes = snake_case(kind, kind.attributes(report)?);
    let mut event = Object::new();
    event.push("type", kind.as_str());
    event.push("platform", "other");
    event.push("level", "error");
    event.push("logger", "csp");
    for (key, value) in [("release", query.release), ("environment", query.environment)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            event.push(key, value);
        }
    }
    let summary = summarize(kind, &attributes);
    let mut logentry = Object::new();
    logentry.push("formatted", summary.message);
    event.push("logentry", logentry);
    event.push("culprit", summary.culprit);
    let tag = |(key, value)| Json::Array(vec![Json::from(key), tag_value(value)]);
    event.push("tags", summary.tags.into_iter().map(tag).collect::<Vec<_>>());
    event.push("request", request(kind, &attributes, user_agent));
    let mut user = Object::new();
    user.push("ip_address", "{{auto}}");
    event.push("user", user);
    event.push(kind.as_str(), attributes);
    Some(event)
}

/// Addresses are often longer than tags may be; that is no error of the browser.
fn tag_value(value: String) -> Json<'static> {
    let mut value = Cow::Owned(value);
    values::cut(&mut value, 200);
    Json::Str(value)
}

/// What people read, and what they search by.
struct Summary {
    message: String,
    culprit: String,
    tags: Vec<(&'static str, String)>,
}

fn summarize(kind: Kind, attributes: &Object<'_>) -> Summary {
    if kind == Kind::Csp {
        return summarize_csp(attributes);
    }
    let host = attributes.get_str("hostname").unwrap_or("unknown host");
    let (message, names): (_, &[&str]) = match kind {
        Kind::Hpkp => {
            (format!("Public key pinning validation failed for '{host}'"), &["port", "include-subdomains", "hostname"])
        }
        Kind::ExpectCt => (format!("Expect-CT failed for '{host}'"), &["port", "hostname"]),
        _ => (format!("Expect-Staple failed for '{host}'"), &["port", "hostname", "response_status", "cert_status"]),
    };
    let tag = |name: &&'static str| {
        let value = attributes.get(&name.replace('-', "_")).cloned()?;
        Some((*name, values::scalar_text(value)?.into_owned()))
    };
    Summary { message, culprit: String::new(), tags: names.iter().filter_map(tag).collect() }
}

fn summarize_csp(attributes: &Object<'_>) -> Summary {
    let violation = Violation::of(attributes);
    Summary {
        message: violation.message(),
        culprit: violation.culprit(),
        tags: vec![("effective-directive", violation.directive.to_owned()), ("blocked-uri", violation.sanitized_uri())],
    }
}

/// What a CSP report says was blocked, short enough to group by: `'self'`, a host, or a scheme.
pub fn normalized_blocked_uri(report: &Object<'_>) -> String {
    Violation::of(report).normalized_uri()
}

/// The parts of a CSP report that make its summary.
struct Violation<'v> {
    directive: &'v str,
    violated: &'v str,
    blocked: &'v str,
    document_origin: Option<&'v str>,
}

impl<'v> Violation<'v> {
    fn of(attributes: &'v Object<'_>) -> Self {
        let text = |key| attributes.get_str(key).unwrap_or_default();
        Self {
            directive: text("effective_directive"),
            violated: text("violated_directive"),
            blocked: text("blocked_uri"),
            document_origin: origin(text("document_uri")),
        }
    }

    fn is_local(&self) -> bool {
        matches!(self.blocked.trim_matches('\''), "" | "self" | "inline" | "eval") || {
            let blocked = origin(self.blocked);
            blocked.is_some() && blocked == self.document_origin
        }
    }

    /// What was blocked, short enough to tell reports apart: the host, or the scheme.
    fn normalized_uri(&self) -> String {
        if self.is_local() {
            return "'self'".to_owned();
        }
        let Some((scheme, rest)) = self.blocked.split_once(':') else { return format!("{}:", self.blocked) };
        let host = host(rest);
        match (scheme.to_ascii_lowercase().as_str(), host.is_empty()) {
            (_, true) => format!("{scheme}:"),
            ("http" | "https", false) => host.to_owned(),
            (_, false) => format!("{scheme}://{host}"),
        }
    }

    /// The whole address for the tag; a payment provider's parameters are nobody's business.
    fn sanitized_uri(&self) -> String {
        let is_payment = self.blocked.starts_with("https://api.stripe.com/");
        let end = if is_payment { self.blocked.find(['?', '#']) } else { None };
        match &self.blocked[..end.unwrap_or(self.blocked.len())] {
            "" | "self" => "'self'".to_owned(),
            uri => uri.to_owned(),
        }
    }

    fn message(&self) -> String {
        let noun = NOUNS.iter().find(|(directive, _)| *directive == self.directive).map(|(_, noun)| *noun);
        let Some(noun) = noun else {
            let directive = if self.directive.is_empty() { "unknown" } else { self.directive };
            return if self.is_local() {
                format!("Blocked inline '{directive}'")
            } else {
                format!("Blocked '{directive}' from '{}'", self.normalized_uri())
            };
        };
        if !self.is_local() {
            return format!("Blocked '{noun}' from '{}'", self.normalized_uri());
        }
        if noun != "script" {
            return format!("Blocked inline '{noun}'");
        }
        let unsafe_kind = if self.violated.contains("'unsafe-inline'") || self.blocked == "inline" {
            "inline"
        } else if self.violated.contains("'unsafe-eval'") || self.blocked == "eval" {
            "eval()"
        } else {
            "(eval() or inline)"
        };
        format!("Blocked unsafe {unsafe_kind} 'script'")
    }

    /// The violated directive, its sources shortened like the blocked URI.
    fn culprit(&self) -> String {
        let mut parts = self.violated.split_whitespace();
        let Some(directive) = parts.next() else { return String::new() };
        let mut culprit = directive.to_owned();
        for source in parts.take(100) {
            culprit.push(' ');
            culprit.push_str(&self.source(source));
        }
        culprit
    }

    fn source<'s>(&self, source: &'s str) -> Cow<'s, str> {
        let Some((scheme, rest)) = source.split_once("://") else { return Cow::Borrowed(source) };
        if origin(source).is_some() && origin(source) == self.document_origin {
            return Cow::Borrowed("'self'");
        }
        match scheme {
            "http" | "https" => Cow::Borrowed(host(rest)),
            _ => Cow::Owned(format!("{scheme}://{}", host(rest))),
        }
    }
}

/// Host and port of what stands after a scheme.
fn host(rest: &str) -> &str {
    let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
    if rest.starts_with("//") || !rest.contains(',') {
        authority.rsplit('@').next().unwrap_or_default()
    } else {
        // `data:text/plain,…` has no host.
        ""
    }
}

/// Scheme and authority of a web address.
fn origin(url: &str) -> Option<&str> {
    let scheme = url.find("://").filter(|_| url.starts_with("http"))?;
    let authority = &url[scheme + 3..];
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    Some(&url[..scheme + 3 + end])
}

/// The attributes of a report under their names in events.
fn snake_case<'a>(kind: Kind, report: &Object<'a>) -> Object<'a> {
    let mut attributes: Object<'a> = report
        .iter()
        .filter(|(_, value)| !value.is_null())
        .take(100)
        .map(|(key, value)| (Cow::Owned(key.replace('-', "_")), shortened(value.clone())))
        .collect();
    if kind == Kind::Csp {
        supply_directive(&mut attributes);
    }
    attributes
}

fn shortened(value: Json<'_>) -> Json<'_> {
    match value {
        Json::Str(mut text) => {
            values::cut(&mut text, MAX_VALUE);
            Json::Str(text)
        }
        other => other,
    }
}

/// Firefox leaves the effective directive out, and some browsers the blocked URI.
fn supply_directive(attributes: &mut Object<'_>) {
    let text = |key| attributes.get_str(key).filter(|text| !text.is_empty());
    if text("effective_directive").is_none() {
        let violated = text("violated_directive").and_then(|violated| violated.split_whitespace().next());
        let directive = violated.unwrap_or_default().to_owned();
        attributes.insert("effective_directive", directive);
    }
    if attributes.get_str("blocked_uri").is_none_or(str::is_empty) {
        attributes.insert("blocked_uri", "self");
    }
}

/// The document, or the host, as the request.
fn request<'a>(kind: Kind, attributes: &Object<'a>, user_agent: &'a str) -> Object<'a> {
    let mut request = Object::new();
    let key = if kind == Kind::Csp { "document_uri" } else { "hostname" };
    if let Some(url) = attributes.get(key) {
        request.push("url", url.clone());
    }
    let referrer = attributes.get_str("referrer").unwrap_or_default().to_owned();
    let headers = [("Referer", Cow::Owned(referrer)), ("User-Agent", Cow::Borrowed(user_agent))];
    let headers = headers.into_iter().filter(|(_, value)| !value.is_empty());
    let pair = |(name, value)| Json::Array(vec![Json::from(name), Json::Str(value)]);
    request.push("headers", headers.map(pair).collect::<Vec<_>>());
    request
}

//! Reports of browsers about blocked content and broken certificates (ingest.md 10).
//!
//! Here: which kind a report is and which document it speaks of. How it becomes an event is
//! `pipeline::normalize::security`.

use crate::types::json::{Json, Object};

/// Members that ingest adds to a report, beside `csp-report` and the like, when its address names them
/// (`?sentry_release=…&sentry_environment=…`).
pub const RELEASE: &str = "sentry_release";
pub const ENVIRONMENT: &str = "sentry_environment";

/// A kind of report; also the event type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Csp,
    ExpectCt,
    ExpectStaple,
    Hpkp,
}

/// The Reporting API's names of what `csp-report` calls otherwise.
const CSP_NAMES: [(&str, &str); 12] = [
    ("documentURL", "document-uri"),
    ("referrer", "referrer"),
    ("blockedURL", "blocked-uri"),
    ("effectiveDirective", "effective-directive"),
    ("violatedDirective", "violated-directive"),
    ("originalPolicy", "original-policy"),
    ("disposition", "disposition"),
    ("sourceFile", "source-file"),
    ("lineNumber", "line-number"),
    ("columnNumber", "column-number"),
    ("statusCode", "status-code"),
    ("sample", "script-sample"),
];

/// The most reports one request may bring.
const MAX_REPORTS: usize = 100;

impl Kind {
    /// By the key that only this kind has.
    pub fn of(report: &Json<'_>) -> Option<Self> {
        let object = report.as_object()?;
        [
            ("csp-report", Self::Csp),
            ("expect-ct-report", Self::ExpectCt),
            ("expect-staple-report", Self::ExpectStaple),
            ("known-pins", Self::Hpkp),
        ]
        .into_iter()
        .find_map(|(key, kind)| object.contains_key(key).then_some(kind))
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csp => "csp",
            Self::ExpectCt => "expectct",
            Self::ExpectStaple => "expectstaple",
            Self::Hpkp => "hpkp",
        }
    }

    /// The object with the report's attributes: under a key of its own, except for hpkp.
    pub fn attributes<'r, 'a>(self, report: &'r Json<'a>) -> Option<&'r Object<'a>> {
        match self {
            Self::Csp => report.get("csp-report")?.as_object(),
            Self::ExpectCt => report.get("expect-ct-report")?.as_object(),
            Self::ExpectStaple => report.get("expect-staple-report")?.as_object(),
            Self::Hpkp => report.as_object(),
        }
    }

    /// What must satisfy the allowed domains: the document's URI, or the host as a URI.
    pub fn document_uri(self, report: &Json<'_>) -> Option<String> {
        let attributes = self.attributes(report)?;
        match self {
            Self::Csp => attributes.get_str("document-uri").map(str::to_owned),
            _ => attributes.get_str("hostname").map(|host| format!("https://{host}")),
        }
    }
}

/// The reports of a body: one, or the CSP violations in a list of the Reporting API, in the older form.
/// What is no security report is left out; an empty answer means there was none.
pub fn reports(body: Json<'_>) -> Vec<Json<'_>> {
    match body {
        Json::Array(entries) => entries.into_iter().take(MAX_REPORTS).filter_map(from_reporting_api).collect(),
        report if Kind::of(&report).is_some_and(|kind| kind.attributes(&report).is_some()) => vec![report],
        report => from_reporting_api(report).into_iter().collect(),
    }
}

fn from_reporting_api(entry: Json<'_>) -> Option<Json<'_>> {
    let Json::Object(mut entry) = entry else { return None };
    if entry.get_str("type") != Some("csp-violation") {
        return None;
    }
    let Json::Object(mut body) = entry.remove("body")? else { return None };
    let mut report = Object::new();
    for (theirs, ours) in CSP_NAMES {
        if let Some(value) = body.remove(theirs) {
            report.push(ours, value);
        }
    }
    let mut wrapped = Object::new();
    wrapped.push("csp-report", report);
    Some(Json::Object(wrapped))
}

#[cfg(test)]
mod tests {
    use super::{Kind, reports};
    use crate::types::json::parse;

    #[test]
    fn kinds_and_documents() {
        for (body, kind, uri) in [
            (r#"{"csp-report":{"document-uri":"https://a.test/x"}}"#, Kind::Csp, Some("https://a.test/x")),
            (r#"{"expect-ct-report":{"hostname":"a.test"}}"#, Kind::ExpectCt, Some("https://a.test")),
            (r#"{"expect-staple-report":{"hostname":"a.test"}}"#, Kind::ExpectStaple, Some("https://a.test")),
            (r#"{"known-pins":[],"hostname":"a.test"}"#, Kind::Hpkp, Some("https://a.test")),
            (r#"{"csp-report":{}}"#, Kind::Csp, None),
        ] {
            let found = reports(parse(body.as_bytes()).unwrap());
            assert_eq!(found.len(), 1, "{body}");
            assert_eq!(Kind::of(&found[0]), Some(kind), "{body}");
            assert_eq!(kind.document_uri(&found[0]).as_deref(), uri, "{body}");
        }
    }

    #[test]
    fn other_objects_are_no_reports() {
        for body in [r#"{"foo":1}"#, "[]", "1", r#"{"csp-report":1}"#, r#"[{"type":"deprecation","body":{}}]"#] {
            assert!(reports(parse(body.as_bytes()).unwrap()).is_empty(), "{body}");
        }
    }

    #[test]
    fn lists_of_the_reporting_api_become_reports() {
        let body = br#"[{"type":"csp-violation","body":{"documentURL":"https://a.test/","blockedURL":"inline","lineNumber":3}},
            {"type":"other"},{"type":"csp-violation","body":{"documentURL":"https://b.test/"}}]"#;
        let found = reports(parse(body).unwrap());
        let first =
            parse(br#"{"csp-report":{"document-uri":"https://a.test/","blocked-uri":"inline","line-number":3}}"#);
        assert_eq!(found.len(), 2);
        assert_eq!(Ok(&found[0]), first.as_ref());
    }
}

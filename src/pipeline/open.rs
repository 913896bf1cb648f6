//! The events in the body of an accepted request.
//!
//! Ingest looked at no more than it had to; here the body is unpacked and parsed. What else an envelope carries
//! (attachments, user reports, client reports) ingest has dealt with.

use std::borrow::Cow;

use uuid::Uuid;

use super::normalize::security::{ReportQuery, event_from_report};
use crate::protocol::{
    body::{self, BodyError, Encoding},
    envelope,
    security::{self, Kind},
};
use crate::types::{
    entry_kind::EntryKind,
    json::{self, Json, Object},
};

/// Items of an envelope that become an event; the first one is taken (ingest.md 8.3).
const EVENT_ITEMS: [&str; 3] = ["event", "security", "raw_security"];

/// Undoes the declared encoding.
pub fn decode<'a>(body: &'a [u8], encoding: &str, limit: usize) -> Result<Cow<'a, [u8]>, &'static str> {
    Encoding::from_header(encoding).and_then(|encoding| body::decode(body, encoding, limit)).map_err(reason)
}

/// Parses the events of a decoded body, each with its id. A list of security reports makes several; the others' ids
/// are derived from the first, so that a redelivery gives the same ones.
pub fn events<'a>(
    kind: EntryKind,
    event_id: Uuid,
    decoded: &'a [u8],
    unpacked: &'a mut Vec<u8>,
    (limit, user_agent): (usize, &'a str),
) -> Result<Vec<(Uuid, Object<'a>)>, &'static str> {
    let payload = match kind {
        EntryKind::Store => match body::store_payload(decoded, limit).map_err(reason)? {
            Cow::Borrowed(json) => json,
            Cow::Owned(json) => {
                *unpacked = json;
                unpacked
            }
        },
        EntryKind::Envelope => event_item(decoded)?,
        EntryKind::Security => decoded,
    };
    let parsed = json::parse(payload).map_err(|_| "invalid_json")?;
    if kind == EntryKind::Security {
        return Ok(reports(event_id, parsed, user_agent));
    }
    match parsed {
        Json::Object(event) => Ok(vec![(event_id, event)]),
        _ => Err("invalid_json"),
    }
}

fn event_item(envelope: &[u8]) -> Result<&[u8], &'static str> {
    let envelope = envelope::parse(envelope).map_err(|_| "invalid_envelope")?;
    let item = envelope.items.iter().find(|item| EVENT_ITEMS.contains(&&*item.kind));
    item.map(|item| item.payload).ok_or("no_event")
}

fn reports<'a>(first_id: Uuid, body: Json<'a>, user_agent: &'a str) -> Vec<(Uuid, Object<'a>)> {
    let events = security::reports(body).into_iter().filter_map(|report| event_of(report, user_agent));
    let id = |place: u128| Uuid::from_u128(first_id.as_u128().wrapping_add(place));
    (0..).zip(events).map(|(place, event)| (id(place), event)).collect()
}

/// The event a report stands for, with what ingest took from the report's address.
fn event_of<'a>(mut report: Json<'a>, user_agent: &'a str) -> Option<Object<'a>> {
    let kind = Kind::of(&report)?;
    let mut take = |key| report.as_object_mut().and_then(|object| object.remove(key));
    let from_address = [("release", take(security::RELEASE)), ("environment", take(security::ENVIRONMENT))];
    let mut event = event_from_report(kind, &report, user_agent, ReportQuery::default())?;
    for (key, value) in from_address {
        if let Some(value) = value {
            event.insert(key, value);
        }
    }
    Some(event)
}

fn reason(error: BodyError) -> &'static str {
    match error {
        BodyError::Empty => "no_data",
        BodyError::TooLarge(_) => "too_large",
        BodyError::Undecodable(_) => "invalid_encoding",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(kind: EntryKind, body: &[u8]) -> Result<Vec<String>, &'static str> {
        let mut unpacked = Vec::new();
        let events = events(kind, Uuid::from_u128(7), body, &mut unpacked, (1 << 20, "agent"))?;
        let message = |event: &Object<'_>| event.get_str("message").unwrap_or("-").to_owned();
        Ok(events.iter().map(|(id, event)| format!("{} {}", id.as_u128(), message(event))).collect())
    }

    #[test]
    fn every_door() {
        let envelope = b"{}\n{\"type\":\"attachment\",\"length\":1}\nx\n{\"type\":\"event\"}\n{\"message\":\"hi\"}\n";
        let base64 = b"eyJtZXNzYWdlIjoiaGkifQ==";
        let two_reports = br#"[{"type":"csp-violation","body":{}},{"type":"csp-violation","body":{}}]"#;
        for (kind, body, expected) in [
            (EntryKind::Store, &br#"{"message":"hi"}"#[..], Ok(vec!["7 hi"])),
            (EntryKind::Store, base64, Ok(vec!["7 hi"])),
            (EntryKind::Store, b"[1]", Err("invalid_encoding")),
            (EntryKind::Store, b"{\"message\":", Err("invalid_json")),
            (EntryKind::Store, b" ", Err("no_data")),
            (EntryKind::Envelope, envelope, Ok(vec!["7 hi"])),
            (EntryKind::Envelope, b"{}\n{\"type\":\"session\"}\n{}\n", Err("no_event")),
            (EntryKind::Envelope, b"nonsense", Err("invalid_envelope")),
            (EntryKind::Security, two_reports, Ok(vec!["7 -", "8 -"])),
            (EntryKind::Security, b"{}", Ok(vec![])),
        ] {
            let expected = expected.map(|lines| lines.into_iter().map(str::to_owned).collect());
            assert_eq!(messages(kind, body), expected, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn reports_become_events() {
        let body = br#"{"csp-report":{"document-uri":"https://a.test/","effective-directive":"img-src","blocked-uri":"https://b.test/x"},
            "sentry_release":"1.0","sentry_environment":"live"}"#;
        let mut unpacked = Vec::new();
        let id = Uuid::from_u128(7);
        let events = events(EntryKind::Security, id, body, &mut unpacked, (1 << 20, "agent")).unwrap();
        let event = &events[0].1;
        let text = |key| event.get_str(key);
        assert_eq!((text("type"), text("release"), text("environment")), (Some("csp"), Some("1.0"), Some("live")));
        let message = event.get("logentry").and_then(|entry| entry.get("formatted")).and_then(Json::as_str);
        assert_eq!(message, Some("Blocked 'image' from 'b.test'"));
    }
}

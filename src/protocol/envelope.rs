//! Envelopes: a line of headers, then items, each a line of headers and a payload (ingest.md 8).
//!
//! Items borrow from the body; of their headers only what Picket uses is kept.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{event_id, timestamp};
use crate::types::json::{self, Json, Object};

/// Longest line of headers; SDKs stay below a few thousand bytes.
const MAX_HEADER_BYTES: usize = 256 << 10;

/// Most items; SDKs send one or two, batches of sessions up to a hundred.
const MAX_ITEMS: usize = 1000;

/// A parsed envelope.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope<'a> {
    pub headers: Headers<'a>,
    pub items: Vec<Item<'a>>,
}

/// What the first line says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Headers<'a> {
    pub event_id: Option<Uuid>,
    pub dsn: Option<Cow<'a, str>>,
    /// When the client sent it, by its clock.
    pub sent_at: Option<DateTime<Utc>>,
}

/// One item.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<'a> {
    /// `type`: event, attachment, session, …
    pub kind: Cow<'a, str>,
    pub filename: Option<Cow<'a, str>>,
    pub content_type: Option<Cow<'a, str>>,
    pub attachment_type: Option<Cow<'a, str>>,
    /// How many logs or metrics a container holds.
    pub item_count: Option<u64>,
    pub payload: &'a [u8],
}

/// Why an envelope is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    #[error("empty request body")]
    Empty,
    #[error("invalid envelope header")]
    InvalidHeader,
    #[error("invalid event id")]
    InvalidEventId,
    #[error("invalid item header")]
    InvalidItemHeader,
    #[error("missing newline after header or payload")]
    MissingNewline,
    #[error("unexpected end of file")]
    UnexpectedEnd,
    #[error("too many items")]
    TooManyItems,
}

/// Reads a whole envelope; a defect anywhere refuses all of it.
pub fn parse(body: &[u8]) -> Result<Envelope<'_>, EnvelopeError> {
    let (headers, mut rest) = parse_headers(body)?;
    let mut items = Vec::new();
    while let Some((item, after)) = next_item(rest)? {
        if items.len() == MAX_ITEMS {
            return Err(EnvelopeError::TooManyItems);
        }
        items.push(item);
        rest = after;
    }
    Ok(Envelope { headers, items })
}

/// Reads the first line alone, and gives what follows it.
pub fn parse_headers(body: &[u8]) -> Result<(Headers<'_>, &[u8]), EnvelopeError> {
    if body.trim_ascii().is_empty() {
        return Err(EnvelopeError::Empty);
    }
    let (line, rest) = split_line(body);
    let mut object = header_object(line).ok_or(EnvelopeError::InvalidHeader)?;
    let event_id = match object.get("event_id") {
        None | Some(Json::Null) => None,
        Some(Json::Str(text)) if is_nil(text) => None,
        Some(Json::Str(text)) => Some(event_id::parse(text).ok_or(EnvelopeError::InvalidEventId)?),
        Some(_) => return Err(EnvelopeError::InvalidEventId),
    };
    let sent_at = object.get("sent_at").and_then(timestamp::parse);
    Ok((Headers { event_id, dsn: take_text(&mut object, "dsn"), sent_at }, rest))
}

/// The nil id stands for a missing one.
fn is_nil(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|id| id.is_nil())
}

fn next_item(rest: &[u8]) -> Result<Option<(Item<'_>, &[u8])>, EnvelopeError> {
    let rest = skip_blank_lines(rest);
    if rest.is_empty() {
        return Ok(None);
    }
    let (line, after_header) = split_line(rest);
    let mut headers = header_object(line).ok_or(EnvelopeError::InvalidItemHeader)?;
    let kind = take_text(&mut headers, "type").ok_or(EnvelopeError::InvalidItemHeader)?;
    let (payload, rest) = match headers.get("length") {
        None | Some(Json::Null) => split_line(after_header),
        Some(Json::Int(length)) => {
            let length = usize::try_from(*length).map_err(|_| EnvelopeError::InvalidItemHeader)?;
            split_payload(after_header, length)?
        }
        Some(_) => return Err(EnvelopeError::InvalidItemHeader),
    };
    let item = Item {
        kind,
        filename: take_text(&mut headers, "filename"),
        content_type: take_text(&mut headers, "content_type"),
        attachment_type: take_text(&mut headers, "attachment_type"),
        item_count: headers.get("item_count").and_then(Json::as_i64).and_then(|count| u64::try_from(count).ok()),
        payload,
    };
    Ok(Some((item, rest)))
}

/// Up to the next line feed or the end, and what follows.
fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b'\n', text) {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &[]),
    }
}

/// Exactly `length` bytes, which a line feed or the end must follow.
fn split_payload(text: &[u8], length: usize) -> Result<(&[u8], &[u8]), EnvelopeError> {
    let (payload, rest) = text.split_at_checked(length).ok_or(EnvelopeError::UnexpectedEnd)?;
    match rest {
        [] => Ok((payload, rest)),
        [b'\n', rest @ ..] => Ok((payload, rest)),
        _ => Err(EnvelopeError::MissingNewline),
    }
}

/// Blank lines may stand wherever the headers of an item may.
fn skip_blank_lines(text: &[u8]) -> &[u8] {
    text.trim_ascii_start()
}

fn header_object(line: &[u8]) -> Option<Object<'_>> {
    if line.len() > MAX_HEADER_BYTES {
        return None;
    }
    match json::parse(line) {
        Ok(Json::Object(object)) => Some(object),
        _ => None,
    }
}

fn take_text<'a>(object: &mut Object<'a>, key: &str) -> Option<Cow<'a, str>> {
    match object.get_mut(key)?.take() {
        Json::Str(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    use super::{EnvelopeError, parse};

    fn error_class(error: EnvelopeError) -> &'static str {
        match error {
            EnvelopeError::Empty => "empty",
            EnvelopeError::InvalidHeader => "invalid_header",
            EnvelopeError::InvalidEventId => "invalid_event_id",
            EnvelopeError::InvalidItemHeader => "invalid_item_header",
            EnvelopeError::MissingNewline => "missing_newline",
            EnvelopeError::UnexpectedEnd => "unexpected_eof",
            EnvelopeError::TooManyItems => "too_many_items",
        }
    }

    /// The expectation of a vector, reduced to the headers that Picket keeps.
    fn expected(case: &Value) -> Value {
        let expect = &case["expect"];
        if !expect["error"].is_null() {
            return json!({ "error": expect["error"] });
        }
        let items = expect["items"].as_array().unwrap().iter().map(|item| {
            let headers = &item["headers"];
            let header = |name: &str| headers[name].clone();
            json!({
                "kind": header("type"), "filename": header("filename"), "content_type": header("content_type"),
                "attachment_type": header("attachment_type"), "payload": item["payload_base64"],
            })
        });
        let event_id = expect["headers"]["event_id"].as_str().map(|id| id.replace('-', ""));
        json!({ "event_id": event_id, "items": items.collect::<Vec<_>>() })
    }

    fn actual(body: &[u8]) -> Value {
        let envelope = match parse(body) {
            Ok(envelope) => envelope,
            Err(error) => return json!({ "error": error_class(error) }),
        };
        let items = envelope.items.iter().map(|item| {
            json!({
                "kind": item.kind, "filename": item.filename, "content_type": item.content_type,
                "attachment_type": item.attachment_type, "payload": STANDARD.encode(item.payload),
            })
        });
        let event_id = envelope.headers.event_id.map(|id| id.simple().to_string());
        json!({ "event_id": event_id, "items": items.collect::<Vec<_>>() })
    }

    #[test]
    fn vectors() {
        let text = include_str!("../../tests/fixtures/vectors/envelopes.json");
        let file: Value = serde_json::from_str(text).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let body = STANDARD.decode(case["envelope_base64"].as_str().unwrap()).unwrap();
            assert_eq!(actual(&body), expected(case), "{}", case["id"]);
        }
    }

    #[test]
    fn headers_that_matter_are_kept() {
        let body = br#"{"dsn":"https://k@h/1","sent_at":"2024-01-01T00:00:00.000Z","event_id":null}
{"type":"log","item_count":3,"attachment_type":7}
"#;
        let envelope = parse(body).unwrap();
        assert_eq!(envelope.headers.dsn.as_deref(), Some("https://k@h/1"));
        assert_eq!(envelope.headers.sent_at.unwrap().timestamp(), 1_704_067_200);
        assert_eq!(envelope.items[0].item_count, Some(3));
        assert_eq!(envelope.items[0].attachment_type, None);
    }

    #[test]
    fn sizes_are_bounded() {
        let many = format!("{{}}\n{}", "{\"type\":\"x\"}\n\n".repeat(1001));
        assert_eq!(parse(many.as_bytes()), Err(EnvelopeError::TooManyItems));
        let long = format!("{{\"x\":\"{}\"}}", "x".repeat(300_000));
        assert_eq!(parse(long.as_bytes()), Err(EnvelopeError::InvalidHeader));
        let lying = format!("{{}}\n{{\"type\":\"event\",\"length\":{}}}\n{{}}", i64::MAX);
        assert_eq!(parse(lying.as_bytes()), Err(EnvelopeError::UnexpectedEnd));
    }
}

//! The event's id (ingest.md 9.1): the one the client was told; the payload's may have been unusable.

use uuid::Uuid;

use super::Context;
use super::path::Path;
use crate::types::json::{Json, Object};

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    if let Some(sent) = event.get("event_id")
        && !is_id(sent)
    {
        context.notes.invalid(&Path::top("event_id"), sent, "expected 32 hexadecimal digits");
    }
    event.insert("event_id", context.receipt.event_id.as_simple().to_string());
}

fn is_id(sent: &Json<'_>) -> bool {
    // Braces and `urn:uuid:` would parse, but nobody means them.
    sent.as_str().is_some_and(|text| matches!(text.len(), 32 | 36) && Uuid::try_parse(text).is_ok())
}

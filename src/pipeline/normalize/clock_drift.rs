//! Clients whose clock is wrong (ingest.md 9.3): all times of the event are moved by the same amount.
//!
//! Moving keeps the order and the distances of breadcrumbs meaningful, where replacing the event's time alone would not.

use chrono::TimeDelta;

use super::Context;
use super::timestamp::seconds;
use crate::protocol;
use crate::types::json::{Json, Object};

/// Differences below this are the network's, not the clock's.
const TOLERANCE: TimeDelta = TimeDelta::minutes(55);

/// Compares `sent_at` of the envelope with the time of receipt.
pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let Some(sent_at) = context.receipt.sent_at else { return };
    let received_at = context.receipt.received_at;
    let drift = received_at - sent_at;
    if drift.abs() < TOLERANCE || was_corrected(event) {
        return;
    }
    shift(event, drift);
    let mut entry = Object::new();
    entry.push("type", "clock_drift");
    entry.push("name", "timestamp");
    entry.push("sdk_time", sent_at.to_rfc3339());
    entry.push("server_time", received_at.to_rfc3339());
    context.notes.entry(entry);
}

/// A second run must not move the times again.
fn was_corrected(event: &Object<'_>) -> bool {
    let is_drift = |entry: &Json<'_>| entry.get("type").and_then(Json::as_str) == Some("clock_drift");
    event.get("errors").and_then(Json::as_array).is_some_and(|errors| errors.iter().any(is_drift))
}

/// Moves the times of the event and of its breadcrumbs.
pub fn shift(event: &mut Object<'_>, by: TimeDelta) {
    if let Some(timestamp) = event.get_mut("timestamp") {
        shift_one(timestamp, by);
    }
    let crumbs = match event.get_mut("breadcrumbs") {
        Some(Json::Array(crumbs)) => Some(crumbs),
        Some(Json::Object(object)) => object.get_mut("values").and_then(Json::as_array_mut),
        _ => None,
    };
    for crumb in crumbs.into_iter().flatten() {
        if let Some(timestamp) = crumb.as_object_mut().and_then(|crumb| crumb.get_mut("timestamp")) {
            shift_one(timestamp, by);
        }
    }
}

fn shift_one(timestamp: &mut Json<'_>, by: TimeDelta) {
    if let Some(time) = protocol::timestamp::parse(timestamp)
        && let Some(time) = time.checked_add_signed(by)
    {
        *timestamp = seconds(time);
    }
}

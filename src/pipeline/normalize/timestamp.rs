//! When the event happened, and when it was received (ingest.md 9.2, 9.3).

use chrono::{DateTime, TimeDelta, Utc};

use super::Context;
use super::clock_drift;
use super::path::Path;
use crate::protocol;
use crate::types::json::{Json, Object};

const MAX_AHEAD: TimeDelta = TimeDelta::seconds(60);
const MAX_AGE: TimeDelta = TimeDelta::days(30);

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let received_at = context.receipt.received_at;
    let timestamp = match event.get("timestamp") {
        None => received_at,
        Some(sent) => {
            if let Some(sent_time) = protocol::timestamp::parse(sent) {
                within_window(event, sent_time, context)
            } else {
                context.notes.invalid(&Path::top("timestamp"), sent, "expected a time");
                received_at
            }
        }
    };
    event.insert("timestamp", seconds(timestamp));
    event.insert("received", seconds(received_at));
}

/// A time far from that of receipt becomes the latter, and the breadcrumbs move along.
fn within_window(event: &mut Object<'_>, sent: DateTime<Utc>, context: &mut Context<'_>) -> DateTime<Utc> {
    let received_at = context.receipt.received_at;
    let kind = if sent > received_at + MAX_AHEAD {
        "future_timestamp"
    } else if sent < received_at - MAX_AGE {
        "past_timestamp"
    } else {
        return sent;
    };
    clock_drift::shift(event, received_at - sent);
    let mut entry = Object::new();
    entry.push("type", kind);
    entry.push("name", "timestamp");
    entry.push("sdk_time", sent.to_rfc3339());
    entry.push("server_time", received_at.to_rfc3339());
    context.notes.entry(entry);
    received_at
}

/// Seconds since 1970: whole where there is no fraction.
pub fn seconds(time: DateTime<Utc>) -> Json<'static> {
    let micros = time.timestamp_micros();
    if micros % 1_000_000 == 0 {
        return Json::Int(micros / 1_000_000);
    }
    #[expect(clippy::cast_precision_loss, reason = "microseconds fit for the next two centuries")]
    Json::Float(micros as f64 / 1e6)
}

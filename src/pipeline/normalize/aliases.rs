//! Names of earlier protocols, and names that nobody knows (normalize.md 2, 3).

use std::borrow::Cow;

use super::Context;
use crate::types::json::{Json, Object};

/// Earlier names and what they are called today. Where both occur the canonical name wins.
const ALIASES: &[(&str, &str)] = &[
    ("sentry.interfaces.Exception", "exception"),
    ("sentry.interfaces.Message", "logentry"),
    ("sentry.interfaces.Stacktrace", "stacktrace"),
    ("sentry.interfaces.Template", "template"),
    ("sentry.interfaces.Http", "request"),
    ("sentry.interfaces.User", "user"),
    ("sentry.interfaces.Csp", "csp"),
    ("sentry.interfaces.Breadcrumbs", "breadcrumbs"),
    ("sentry.interfaces.Contexts", "contexts"),
    ("sentry.interfaces.Threads", "threads"),
    ("sentry.interfaces.DebugMeta", "debug_meta"),
    ("http", "request"),
];

const KNOWN: &[&str] = &[
    "event_id",
    "type",
    "timestamp",
    "platform",
    "level",
    "logger",
    "transaction",
    "transaction_info",
    "culprit",
    "server_name",
    "site",
    "release",
    "dist",
    "environment",
    "tags",
    "extra",
    "modules",
    "fingerprint",
    "checksum",
    "logentry",
    "exception",
    "stacktrace",
    "raw_stacktrace",
    "threads",
    "template",
    "breadcrumbs",
    "contexts",
    "user",
    "request",
    "sdk",
    "debug_meta",
    "csp",
    "hpkp",
    "expectct",
    "expectstaple",
    "nel",
    "errors",
    "received",
    "version",
    "_meta",
];

/// Known to be sent and of no use: they go without an error.
const QUIET: &[&str] = &[
    "sentry.interfaces.Query",
    "sentry.interfaces.AppleCrashReport",
    "project",
    "key_id",
    "ingest_path",
    "_metrics",
    "time_spent",
    "exc_info",
    "status",
    "public_key",
    "debug_id_map",
    "sdkProcessingMetadata",
    "start_timestamp",
    "spans",
    "measurements",
    "breakdowns",
    "profile_id",
    // raven for Python and raven-js.
    "repos",
    "trimHeadFrames",
];

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let mut renamed = Vec::new();
    let mut message = Json::Null;
    event.retain(|key, value| {
        if value.is_null() {
            return false;
        }
        if KNOWN.contains(&key) {
            return true;
        }
        if key == "message" {
            message = value.take();
        } else if let Some((_, canonical)) = ALIASES.iter().find(|(alias, _)| *alias == key) {
            renamed.push((*canonical, value.take()));
        } else if !QUIET.contains(&key) {
            context.notes.unknown(key);
        }
        false
    });
    for (canonical, value) in renamed {
        if !event.contains_key(canonical) {
            event.push(canonical, value);
        }
    }
    adopt_message(event, message);
}

/// `message` is the log entry, or the formatted text of one that has none.
fn adopt_message<'a>(event: &mut Object<'a>, message: Json<'a>) {
    match event.get_mut("logentry") {
        None if !message.is_null() => event.push("logentry", message),
        Some(Json::Object(logentry)) => {
            let formatted = logentry.get("formatted").is_some_and(|formatted| !formatted.is_empty());
            if !formatted
                && let Json::Str(message) = message
                && !message.trim().is_empty()
            {
                logentry.insert(Cow::Borrowed("formatted"), Json::Str(message));
            }
        }
        _ => {}
    }
}

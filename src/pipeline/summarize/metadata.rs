//! Event type, metadata, title and location (normalize.md 15.1 to 15.3).

use std::borrow::Cow;

use crate::pipeline::frames::Platform;
use crate::pipeline::group::native::trim_function;
use crate::pipeline::normalize::security::normalized_blocked_uri;
use crate::types::json::{Json, Object};

use super::{cut, exceptions, first_line, flag, frames, logentry};

const REPORTS: [&str; 4] = ["csp", "hpkp", "expectct", "expectstaple"];

/// What kind of event it is, by the interfaces it has.
pub fn event_type(event: &Object<'_>) -> &'static str {
    let is_present = |key: &&str| event.get(key).is_some_and(|report| !report.is_empty());
    if let Some(kind) = REPORTS.into_iter().find(is_present) {
        return kind;
    }
    if exceptions(event).next().is_some() && !is_message_with_stack(event) { "error" } else { "default" }
}

/// Current JavaScript SDKs send the stack trace of a message as an exception without a type; it stays a message.
fn is_message_with_stack(event: &Object<'_>) -> bool {
    let mut all = exceptions(event);
    let Some(exception) = all.next().filter(|exception| exception.get_str("type").is_none_or(str::is_empty)) else {
        return false;
    };
    all.next().is_none() && logentry(event).is_some_and(|text| exception.get_str("value") == Some(text))
}

/// What title and location are made of.
pub fn metadata(event: &Object<'_>, event_type: &str) -> Object<'static> {
    let mut metadata = Object::new();
    match event_type {
        "error" => error(event, &mut metadata),
        "csp" => csp(event, &mut metadata),
        "default" => {
            let title = logentry(event).map_or(Cow::Borrowed("<unlabeled event>"), first_line);
            metadata.push("title", title.into_owned());
        }
        report => {
            let host = event.get(report).and_then(|report| report.get("hostname")?.as_str());
            metadata.push("origin", host.unwrap_or_default().to_owned());
            metadata.push("message", logentry(event).unwrap_or_default().to_owned());
        }
    }
    metadata
}

fn csp(event: &Object<'_>, metadata: &mut Object<'static>) {
    let Some(report) = event.get("csp").and_then(Json::as_object) else { return };
    metadata.push("directive", report.get_str("effective_directive").unwrap_or_default().to_owned());
    metadata.push("uri", normalized_blocked_uri(report));
    metadata.push("message", logentry(event).unwrap_or_default().to_owned());
}

fn error(event: &Object<'_>, metadata: &mut Object<'static>) {
    let Some(exception) = main_exception(event) else { return };
    let text = |key| exception.get_str(key).filter(|text| !text.is_empty());
    let is_synthetic = exception.get("mechanism").and_then(|mechanism| mechanism.get("synthetic")?.as_bool());
    if is_synthetic != Some(true) {
        metadata.push("type", cut(text("type").unwrap_or("Error"), 128).into_owned());
    }
    if let Some(value) = text("value") {
        metadata.push("value", cut(value, 1_024).into_owned());
    }
    let Some(frame) = crash_location(exception) else { return };
    metadata.push("filename", cut(path(frame).unwrap_or_default(), 1_024).into_owned());
    if let Some(function) = frame.get_str("function").filter(|function| !function.is_empty()) {
        let platform = frame.get_str("platform").or_else(|| event.get_str("platform")).map(Platform::parse);
        let function = match platform {
            Some(Platform::Native | Platform::Rust) => trim_function(function),
            _ => Cow::Borrowed(function),
        };
        metadata.push("function", cut(&function, 1_024).into_owned());
    }
}

/// The last exception, unless the SDK names another one of a group.
fn main_exception<'a>(event: &'a Object<'_>) -> Option<&'a Object<'a>> {
    let named = event.get("main_exception_id").and_then(Json::as_i64);
    let has_id = |exception: &&Object<'_>| {
        named.is_some()
            && exception.get("mechanism").and_then(|mechanism| mechanism.get("exception_id")?.as_i64()) == named
    };
    exceptions(event).find(has_id).or_else(|| exceptions(event).next_back())
}

/// The innermost frame of the application that has a file, else the innermost one that has.
fn crash_location<'a>(exception: &'a Object<'_>) -> Option<&'a Object<'a>> {
    let with_path = || frames(exception).filter(|frame| path(frame).is_some());
    with_path().find(|frame| flag(frame, "in_app") == Some(true)).or_else(|| with_path().next())
}

fn path<'a>(frame: &'a Object<'_>) -> Option<&'a str> {
    ["filename", "abs_path"].into_iter().find_map(|key| frame.get_str(key).filter(|path| !path.is_empty()))
}

pub fn title(event_type: &str, metadata: &Object<'_>) -> String {
    let text = |key| metadata.get_str(key).filter(|text| !text.is_empty());
    let title = match event_type {
        "error" => match (text("type"), text("value").map(first_line)) {
            (None, _) => text("function").unwrap_or("<unknown>").to_owned(),
            (Some(kind), Some(value)) if !value.is_empty() => format!("{kind}: {value}"),
            (Some(kind), _) => kind.to_owned(),
        },
        "default" => text("title").unwrap_or("<untitled>").to_owned(),
        _ => first_line(text("message").unwrap_or_default()).into_owned(),
    };
    if title.is_empty() { "<untitled>".to_owned() } else { title }
}

pub fn location(event_type: &str, metadata: &Object<'_>) -> Option<String> {
    let key = match event_type {
        "error" => "filename",
        "csp" => "uri",
        "default" => return None,
        _ => "origin",
    };
    metadata.get_str(key).filter(|location| !location.is_empty()).map(str::to_owned)
}

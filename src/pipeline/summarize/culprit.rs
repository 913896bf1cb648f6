//! The culprit: in one line, where the event comes from (normalize.md 15.4).

use crate::pipeline::frames::{FrameFields, Platform};
use crate::types::json::Object;

use super::{cut, exceptions, frames};

const MAX_CULPRIT: usize = 200;

/// What the client says, else the innermost frame of the application, else the page. Empty: nothing is known.
pub fn culprit(event: &Object<'_>) -> String {
    let sent =
        ["culprit", "transaction"].into_iter().find_map(|key| event.get_str(key).filter(|text| !text.is_empty()));
    if let Some(sent) = sent {
        return cut(sent, MAX_CULPRIT).into_owned();
    }
    let Some(found) = generated(event) else { return String::new() };
    let url = || event.get("request").and_then(|request| request.get("url")?.as_str()).unwrap_or_default();
    cut(if found.is_empty() { url() } else { &found }, MAX_CULPRIT).into_owned()
}

/// Empty: no frame says anything. None: there is to be no culprit.
fn generated(event: &Object<'_>) -> Option<String> {
    let is_synthetic = |exception: &Object<'_>| {
        exception.get("mechanism").and_then(|mechanism| mechanism.get("synthetic")?.as_bool()) == Some(true)
    };
    let platform = Platform::parse(event.get_str("platform").unwrap_or_default());
    let Some(last) = exceptions(event).next_back() else { return Some(of_stacktrace(event, platform)) };
    if is_synthetic(last) {
        return None;
    }
    let with_frames = exceptions(event).rev().find(|exception| frames(exception).next().is_some());
    Some(with_frames.map(|exception| of_stacktrace(exception, platform)).unwrap_or_default())
}

fn of_stacktrace(owner: &Object<'_>, platform: Platform) -> String {
    let mut of_others = String::new();
    for frame in frames(owner) {
        let fields = FrameFields::read(frame);
        let in_app = fields.in_app == Some(true);
        if !in_app && !of_others.is_empty() {
            continue;
        }
        let text = of_frame(&fields, platform);
        if in_app && !text.is_empty() {
            return text;
        }
        if of_others.is_empty() {
            of_others = text;
        }
    }
    of_others
}

fn of_frame(frame: &FrameFields<'_>, event_platform: Platform) -> String {
    let platform = frame.platform_or(event_platform);
    let function = if frame.function.is_empty() { "?" } else { frame.function };
    let place = if frame.module.is_empty() { frame.filename } else { frame.module };
    match platform {
        Platform::Native => function.to_owned(),
        _ if place.is_empty() => String::new(),
        Platform::JavaScript | Platform::Node => format!("{function}({place})"),
        _ => format!("{place} in {function}"),
    }
}

//! Which frames belong to the application: the built-in stack rules (grouping.md 7), then "unknown is no".

use crate::types::json::{Json, Object};

/// Sets `in_app` of every frame of the event to a truth value (normalize.md 7.5).
pub fn apply(event: &mut Object<'_>) {
    if let Some(Json::Object(stacktrace)) = event.get_mut("stacktrace") {
        settle(stacktrace);
    }
    for interface in ["exception", "threads"] {
        let Some(interface) = event.get_mut(interface) else { continue };
        let list = match interface {
            Json::Object(object) => object.get_mut("values"),
            other => Some(other),
        };
        for item in list.and_then(Json::as_array_mut).into_iter().flatten().filter_map(Json::as_object_mut) {
            if let Some(Json::Object(stacktrace)) = item.get_mut("stacktrace") {
                settle(stacktrace);
            }
        }
    }
}

fn settle(stacktrace: &mut Object<'_>) {
    let frames = stacktrace.get_mut("frames").and_then(Json::as_array_mut);
    for frame in frames.into_iter().flatten().filter_map(Json::as_object_mut) {
        if frame.get("in_app").and_then(Json::as_bool).is_none() {
            frame.insert("in_app", false);
        }
    }
}

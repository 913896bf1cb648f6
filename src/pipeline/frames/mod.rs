//! Frames of stack traces, as the stages before and in grouping look at them.

mod fields;
mod platform;

use crate::types::json::{Json, Object};

pub use fields::FrameFields;
pub use platform::Platform;

/// Calls `change` with every frame of the event's stack traces.
pub fn for_each_frame<'a>(event: &mut Object<'a>, change: &mut impl FnMut(&mut Object<'a>)) {
    for_each_stacktrace(event, &mut |stacktrace| {
        let frames = stacktrace.get_mut("frames").and_then(Json::as_array_mut);
        frames.into_iter().flatten().filter_map(Json::as_object_mut).for_each(&mut *change);
    });
}

/// Calls `change` with the stack trace of the event, of its exceptions and of its threads.
fn for_each_stacktrace<'a>(event: &mut Object<'a>, change: &mut impl FnMut(&mut Object<'a>)) {
    if let Some(Json::Object(stacktrace)) = event.get_mut("stacktrace") {
        change(stacktrace);
    }
    for interface in ["exception", "threads"] {
        let items = match event.get_mut(interface) {
            Some(Json::Object(object)) => object.get_mut("values"),
            other => other,
        };
        for item in items.and_then(Json::as_array_mut).into_iter().flatten().filter_map(Json::as_object_mut) {
            if let Some(Json::Object(stacktrace)) = item.get_mut("stacktrace") {
                change(stacktrace);
            }
        }
    }
}

//! Stack traces (normalize.md 7.1): the outermost caller first, the crash last.

use super::Context;
use super::frame;
use super::frame_limits;
use super::notes::Notes;
use super::path::Path;
use super::trim::Bag;
use super::values;
use crate::types::json::{Json, Object};

const REGISTERS: Bag = Bag::new(8192, 1);

/// The stack traces that stand at the top of the event.
pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    event.retain(|key, value| {
        !matches!(key, "stacktrace" | "raw_stacktrace") || tidy(value, &mut context.notes, &Path::top(key))
    });
}

/// Brings a stack trace into its canonical form; one without frames is none.
pub fn tidy(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    if let Json::Array(frames) = value {
        let mut stacktrace = Object::new();
        stacktrace.push("frames", std::mem::take(frames));
        *value = Json::Object(stacktrace);
    }
    let Json::Object(stacktrace) = value else {
        if !value.is_null() {
            notes.invalid(path, value, "expected an object");
        }
        return false;
    };
    if let Some(frames) = stacktrace.get_mut("frames").and_then(Json::as_array_mut) {
        frames.retain(|frame| !frame.is_empty());
    }
    frame_limits::drop_middle(stacktrace);
    stacktrace.retain(|key, value| {
        let path = &path.key(key);
        match key {
            "frames" => frames(value, notes, path),
            "frames_omitted" => values::range(value),
            "registers" => registers(value, notes, path),
            "lang" => values::text(value, 64, notes, path),
            "snapshot" => value.as_bool().is_some(),
            _ => false,
        }
    });
    stacktrace.contains_key("frames")
}

fn frames(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    let Json::Array(frames) = value else {
        if !value.is_null() {
            notes.invalid(path, value, "expected a list of frames");
        }
        return false;
    };
    let mut index = 0;
    frames.retain_mut(|frame| {
        index += 1;
        frame::tidy(frame, notes, &path.index(index - 1))
    });
    !frames.is_empty()
}

fn registers(value: &mut Json<'_>, notes: &mut Notes, path: &Path<'_>) -> bool {
    if !REGISTERS.object(value, notes, path) {
        return false;
    }
    let Some(registers) = value.as_object_mut() else { return false };
    registers.retain(|_, value| values::address(value));
    !registers.is_empty()
}

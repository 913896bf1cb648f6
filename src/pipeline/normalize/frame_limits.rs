//! How many frames are kept, and how many of them with variables and source lines (normalize.md 7.6).

use super::Context;
use crate::types::json::{Json, Object};

/// Of more frames than both together the middle is left out: the entry explains, the crash matters.
const FIRST_KEPT: usize = 50;
const LAST_KEPT: usize = 200;

/// Frames that keep their context, over all stack traces that belong together.
const WITH_CONTEXT: usize = 50;

pub fn normalize(event: &mut Object<'_>, _context: &mut Context<'_>) {
    for key in ["stacktrace", "raw_stacktrace"] {
        limit_together(event.get_mut(key).into_iter().collect());
    }
    for container in ["exception", "threads"] {
        for key in ["stacktrace", "raw_stacktrace"] {
            limit_together(stacktraces(event.get_mut(container), key));
        }
    }
}

fn stacktraces<'e, 'a>(container: Option<&'e mut Json<'a>>, key: &str) -> Vec<&'e mut Json<'a>> {
    let values = container.and_then(Json::as_object_mut).and_then(|object| object.get_mut("values"));
    let values = values.and_then(Json::as_array_mut).into_iter().flatten();
    values.filter_map(|value| value.as_object_mut()?.get_mut(key)).collect()
}

fn limit_together(stacktraces: Vec<&mut Json<'_>>) {
    let allowance = (WITH_CONTEXT / stacktraces.len().max(1)).max(1);
    for stacktrace in stacktraces {
        let frames = stacktrace.as_object_mut().and_then(|stacktrace| stacktrace.get_mut("frames"));
        if let Some(frames) = frames.and_then(Json::as_array_mut) {
            slim(frames, allowance);
        }
    }
}

/// Leaves the middle of a very deep stack out, before anything is spent on it.
pub fn drop_middle(stacktrace: &mut Object<'_>) {
    let Some(frames) = stacktrace.get_mut("frames").and_then(Json::as_array_mut) else { return };
    if frames.len() <= FIRST_KEPT + LAST_KEPT {
        return;
    }
    let end = frames.len() - LAST_KEPT;
    frames.drain(FIRST_KEPT..end);
    let range = [FIRST_KEPT, end].map(|place| Json::Int(i64::try_from(place).unwrap_or(i64::MAX)));
    stacktrace.insert("frames_omitted", Vec::from(range));
}

/// Frames in the middle lose their context, system frames before those of the program.
fn slim(frames: &mut Vec<Json<'_>>, allowance: usize) {
    if frames.len() <= allowance {
        return;
    }
    let is_app = |frame: &Json<'_>| frame.get("in_app").and_then(Json::as_bool) == Some(true);
    let app_count = frames.iter().filter(|frame| is_app(frame)).count();
    let app_allowance = app_count.min(allowance);
    let system_count = frames.len() - app_count;
    let system_allowance = allowance - app_allowance;
    let (mut app_seen, mut system_seen) = (0, 0);
    for frame in frames.iter_mut() {
        let (seen, count, allowance) = if is_app(frame) {
            (&mut app_seen, app_count, app_allowance)
        } else {
            (&mut system_seen, system_count, system_allowance)
        };
        if is_in_middle(*seen, count, allowance) {
            drop_context(frame);
        }
        *seen += 1;
    }
    // Those that had nothing but context tell nothing without it.
    frames.retain(|frame| !frame.is_empty());
}

/// Whether a place lies between the two halves of what is kept; the end gets the odd one.
fn is_in_middle(place: usize, count: usize, allowance: usize) -> bool {
    let first = allowance / 2;
    let last = allowance - first;
    count > allowance && place >= first && place < count - last
}

fn drop_context(frame: &mut Json<'_>) {
    if let Some(frame) = frame.as_object_mut() {
        frame.retain(|key, _| !matches!(key, "vars" | "pre_context" | "post_context"));
    }
}

#[cfg(test)]
mod tests {
    use super::slim;
    use crate::types::json::{Json, parse};

    #[test]
    fn frames_of_context_alone_go_with_it() {
        for (frame, left) in [(r#"{"vars":{"a":1}}"#, 50), (r#"{"vars":{"a":1},"lineno":3}"#, 60)] {
            let text = format!("[{}]", vec![frame; 60].join(","));
            let Ok(Json::Array(mut frames)) = parse(text.as_bytes()) else { panic!("an array") };
            slim(&mut frames, 50);
            assert_eq!(frames.len(), left, "{frame}");
        }
    }
}

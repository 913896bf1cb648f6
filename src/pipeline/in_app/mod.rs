//! Which frames belong to the application: the built-in stack rules (grouping.md 7), then "unknown is no".

pub mod rules;

use crate::pipeline::frames::{FrameFields, Platform, for_each_frame};
use crate::types::json::Object;

/// Sets `in_app` of every frame of the event to a truth value (normalize.md 7.5). Runs before grouping.
pub fn apply(event: &mut Object<'_>) {
    let platform = Platform::parse(event.get_str("platform").unwrap_or_default());
    for_each_frame(event, &mut |frame| {
        let fields = FrameFields::read(frame);
        let in_app = rules::in_app(&fields, fields.platform_or(platform)).or(fields.in_app).unwrap_or(false);
        if fields.in_app != Some(in_app) {
            frame.insert("in_app", in_app);
        }
    });
}

/// What the source of a frame that a source map led to says (sourcemaps.md 8); `None` leaves the client's value.
pub fn of_mapped(abs_path: &str, filename: &str) -> Option<bool> {
    let has_node_modules = |path: &str| path.split('/').any(|element| element == "node_modules");
    let is_webpack = ["webpack:", "webpack-internal:", "turbopack:"].iter().any(|scheme| abs_path.starts_with(scheme));
    if is_webpack {
        let is_runtime = ["~/", "webpack/", "(webpack)/", "external "].iter().any(|start| filename.starts_with(start));
        return Some(!is_runtime && !has_node_modules(filename));
    }
    if has_node_modules(abs_path) {
        return Some(false);
    }
    abs_path.starts_with("app:").then(|| !has_node_modules(filename))
}

#[cfg(test)]
mod tests;

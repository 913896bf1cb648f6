//! The template that failed to render (normalize.md 8).

use super::Context;
use super::frame;
use super::path::Path;
use super::values;
use crate::types::json::{Json, Object};

pub fn normalize(event: &mut Object<'_>, context: &mut Context<'_>) {
    let Some(mut sent) = event.remove("template") else { return };
    let path = &Path::top("template");
    let Json::Object(template) = &mut sent else {
        context.notes.invalid(path, &sent, "expected an object");
        return;
    };
    let known = ["filename", "abs_path", "lineno", "context_line", "pre_context", "post_context"];
    template
        .retain(|key, value| known.contains(&key) && frame::attribute(key, value, &mut context.notes, &path.key(key)));
    let lineno = template.get("lineno").and_then(values::whole_number);
    if lineno.unwrap_or(0) < 1 || !template.contains_key("context_line") {
        context.notes.missing(path, "lineno and context_line are required");
        return;
    }
    supply_paths(template);
    event.push("template", sent);
}

fn supply_paths(template: &mut Object<'_>) {
    if let Some(abs_path) = template.get_str("abs_path") {
        let name = abs_path.rsplit(['/', '\\']).next().unwrap_or(abs_path).to_owned();
        if !template.contains_key("filename") {
            template.push("filename", name);
        }
    } else if let Some(filename) = template.get_str("filename") {
        let abs_path = filename.to_owned();
        template.push("abs_path", abs_path);
    }
}

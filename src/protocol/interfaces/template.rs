//! `template`: the place in a template (Django, Jinja) that failed to render.

use std::borrow::Cow;

use crate::protocol::interfaces::read::{lines, number, text};
use crate::types::json::Json;

#[derive(Clone, Debug, Default)]
pub struct Template<'a> {
    pub filename: Option<Cow<'a, str>>,
    pub abs_path: Option<Cow<'a, str>>,
    pub lineno: Option<i64>,
    pub pre_context: Vec<&'a str>,
    pub context_line: Option<Cow<'a, str>>,
    pub post_context: Vec<&'a str>,
}

impl<'a> Template<'a> {
    pub fn read(json: &'a Json<'a>) -> Self {
        Self {
            filename: text(json, "filename"),
            abs_path: text(json, "abs_path"),
            lineno: number(json, "lineno"),
            pre_context: lines(json, "pre_context"),
            context_line: json.get("context_line").and_then(Json::as_str).map(Cow::Borrowed),
            post_context: lines(json, "post_context"),
        }
    }
}

//! `errors`: what went wrong while the event was taken in (normalize.md 18).

use std::borrow::Cow;

use crate::protocol::interfaces::read::{items, text};
use crate::types::json::{Json, Object};

#[derive(Clone, Debug)]
pub struct Problem<'a> {
    /// `invalid_data`, `js_no_source`, …
    pub kind: Cow<'a, str>,
    /// Dotted path of the attribute.
    pub name: Option<Cow<'a, str>>,
    pub value: Option<&'a Json<'a>>,
    pub reason: Option<Cow<'a, str>>,
    /// Everything, for members that only some kinds have (`url`, `source`, `sourcemap`, …).
    pub members: &'a Object<'a>,
}

impl<'a> Problem<'a> {
    /// Reads the event's `errors`.
    pub fn read_all(event: &'a Json<'a>) -> Vec<Self> {
        items(event, "errors").iter().filter_map(Self::read).collect()
    }

    /// Reads one of them.
    pub fn read(json: &'a Json<'a>) -> Option<Self> {
        Some(Self {
            kind: text(json, "type")?,
            name: text(json, "name"),
            value: json.get("value").filter(|value| !value.is_null()),
            reason: text(json, "reason"),
            members: json.as_object()?,
        })
    }
}

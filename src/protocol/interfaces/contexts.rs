//! `contexts`: browser, operating system, device, runtime, and whatever else an SDK knows.

use std::borrow::Cow;

use crate::protocol::interfaces::read::{scalar, text};
use crate::types::json::{Json, Object};

#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// The name it has in the event; by default its type.
    pub alias: &'a str,
    /// `browser`, `os`, `device`, …, or `default`.
    pub kind: Cow<'a, str>,
    pub members: &'a Object<'a>,
}

impl<'a> Context<'a> {
    /// Reads the event's `contexts`.
    pub fn read_all(event: &'a Json<'a>) -> Vec<Self> {
        let Some(contexts) = event.get("contexts").and_then(Json::as_object) else { return Vec::new() };
        contexts.iter().filter_map(|(alias, json)| Self::read(alias, json)).collect()
    }

    fn read(alias: &'a str, json: &'a Json<'a>) -> Option<Self> {
        let members = json.as_object().filter(|members| !members.is_empty())?;
        Some(Self { alias, kind: text(json, "type").unwrap_or(Cow::Borrowed(alias)), members })
    }

    /// A member's text; of numbers and truth values too.
    pub fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        self.members.get(key).and_then(scalar).filter(|text| !text.is_empty())
    }
}

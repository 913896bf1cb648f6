//! `logentry`: the message of an event, with the template it was made from.

use std::borrow::Cow;

use crate::protocol::interfaces::read::{any, text};
use crate::types::json::Json;

#[derive(Clone, Debug, Default)]
pub struct LogEntry<'a> {
    /// What people read.
    pub formatted: Option<Cow<'a, str>>,
    /// The template, where it differs.
    pub message: Option<Cow<'a, str>>,
    /// A list or an object.
    pub params: Option<&'a Json<'a>>,
}

impl<'a> LogEntry<'a> {
    pub fn read(json: &'a Json<'a>) -> Self {
        Self {
            formatted: text(json, "formatted"),
            message: text(json, "message"),
            params: any(json, "params").filter(|params| !params.is_empty()),
        }
    }

    /// The message as people read it; the bare template where it could not be filled in.
    pub fn text(&self) -> &str {
        self.formatted.as_deref().or(self.message.as_deref()).unwrap_or_default()
    }
}

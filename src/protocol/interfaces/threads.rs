//! `threads`: what each thread did when the event was made.

use std::borrow::Cow;

use crate::protocol::interfaces::read::{flag, items, text};
use crate::protocol::interfaces::stacktrace::Stacktrace;
use crate::types::json::Json;

#[derive(Clone, Debug, Default)]
pub struct Thread<'a> {
    pub id: Option<Cow<'a, str>>,
    pub name: Option<Cow<'a, str>>,
    pub crashed: bool,
    pub current: bool,
    pub main: bool,
    pub state: Option<Cow<'a, str>>,
    pub stacktrace: Option<Stacktrace<'a>>,
    pub raw_stacktrace: Option<Stacktrace<'a>>,
}

impl<'a> Thread<'a> {
    /// Reads the event's `threads`.
    pub fn read_all(event: &'a Json<'a>) -> Vec<Self> {
        items(event, "threads").iter().filter(|thread| !thread.is_null()).map(Self::read).collect()
    }

    fn read(json: &'a Json<'a>) -> Self {
        Self {
            id: text(json, "id"),
            name: text(json, "name"),
            crashed: flag(json, "crashed").unwrap_or(false),
            current: flag(json, "current").unwrap_or(false),
            main: flag(json, "main").unwrap_or(false),
            state: text(json, "state"),
            stacktrace: Stacktrace::member(json, "stacktrace"),
            raw_stacktrace: Stacktrace::member(json, "raw_stacktrace"),
        }
    }
}

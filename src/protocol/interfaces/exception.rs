//! `exception`: what was raised, and what led to it; the oldest cause first.

use std::borrow::Cow;

use crate::protocol::interfaces::read::{any, flag, items, number, object, range, text};
use crate::protocol::interfaces::stacktrace::Stacktrace;
use crate::types::json::{Json, Object};

/// A chain of exceptions; the last one is the one that was finally raised.
#[derive(Clone, Debug, Default)]
pub struct ExceptionChain<'a> {
    pub values: Vec<Exception<'a>>,
    /// Places `[start, end)` of the exceptions that were cut out.
    pub omitted: Option<(i64, i64)>,
}

#[derive(Clone, Debug, Default)]
pub struct Exception<'a> {
    pub kind: Option<Cow<'a, str>>,
    pub value: Option<Cow<'a, str>>,
    pub module: Option<Cow<'a, str>>,
    pub thread_id: Option<Cow<'a, str>>,
    pub mechanism: Option<Mechanism<'a>>,
    pub stacktrace: Option<Stacktrace<'a>>,
    /// As it was sent, where `stacktrace` was symbolicated.
    pub raw_stacktrace: Option<Stacktrace<'a>>,
}

/// How the exception came to the SDK.
#[derive(Clone, Debug, Default)]
pub struct Mechanism<'a> {
    pub kind: Option<Cow<'a, str>>,
    pub description: Option<Cow<'a, str>>,
    pub help_link: Option<Cow<'a, str>>,
    pub handled: Option<bool>,
    pub synthetic: bool,
    pub data: Option<&'a Object<'a>>,
    /// The attribute of the parent that led here: `__cause__`, `__context__`, `exceptions[0]`, …
    pub source: Option<Cow<'a, str>>,
    pub is_exception_group: bool,
    pub exception_id: Option<i64>,
    pub parent_id: Option<i64>,
    pub meta: Option<&'a Object<'a>>,
}

impl<'a> ExceptionChain<'a> {
    /// Reads the event's `exception`.
    pub fn read(event: &'a Json<'a>) -> Self {
        Self {
            values: items(event, "exception").iter().filter(|value| !value.is_null()).map(Exception::read).collect(),
            omitted: event.get("exception").and_then(|exception| range(exception, "exc_omitted")),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl<'a> Exception<'a> {
    fn read(json: &'a Json<'a>) -> Self {
        Self {
            kind: text(json, "type"),
            value: text(json, "value"),
            module: text(json, "module"),
            thread_id: text(json, "thread_id"),
            mechanism: any(json, "mechanism").map(Mechanism::read),
            stacktrace: Stacktrace::member(json, "stacktrace"),
            raw_stacktrace: Stacktrace::member(json, "raw_stacktrace"),
        }
    }
}

impl<'a> Mechanism<'a> {
    fn read(json: &'a Json<'a>) -> Self {
        Self {
            kind: text(json, "type"),
            description: text(json, "description"),
            help_link: text(json, "help_link"),
            handled: flag(json, "handled"),
            synthetic: flag(json, "synthetic").unwrap_or(false),
            data: object(json, "data"),
            source: text(json, "source"),
            is_exception_group: flag(json, "is_exception_group").unwrap_or(false),
            exception_id: number(json, "exception_id"),
            parent_id: number(json, "parent_id"),
            meta: object(json, "meta"),
        }
    }
}

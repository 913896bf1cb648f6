//! `stacktrace`: the calls that led to where the event was made, outermost first.

use std::borrow::Cow;

use crate::protocol::interfaces::read::{any, flag, items, lines, number, object, range, text};
use crate::types::json::{Json, Object};

/// Frames in the order of the calls: the last one is where it happened.
#[derive(Clone, Debug, Default)]
pub struct Stacktrace<'a> {
    pub frames: Vec<Frame<'a>>,
    /// Places `[start, end)` of the frames that were cut out.
    pub frames_omitted: Option<(i64, i64)>,
    pub registers: Option<&'a Object<'a>>,
}

/// One call.
#[derive(Clone, Debug, Default)]
pub struct Frame<'a> {
    pub abs_path: Option<Cow<'a, str>>,
    pub filename: Option<Cow<'a, str>>,
    pub function: Option<Cow<'a, str>>,
    pub raw_function: Option<Cow<'a, str>>,
    pub module: Option<Cow<'a, str>>,
    pub package: Option<Cow<'a, str>>,
    pub platform: Option<Cow<'a, str>>,
    pub lineno: Option<i64>,
    pub colno: Option<i64>,
    pub pre_context: Vec<&'a str>,
    pub context_line: Option<Cow<'a, str>>,
    pub post_context: Vec<&'a str>,
    pub in_app: bool,
    pub vars: Option<&'a Object<'a>>,
    pub symbol: Option<Cow<'a, str>>,
    pub symbol_addr: Option<Cow<'a, str>>,
    pub image_addr: Option<Cow<'a, str>>,
    pub instruction_addr: Option<Cow<'a, str>>,
    /// How a native unwinder found the frame: `cfi`, `fp`, `scan`, `inline`, …
    pub trust: Option<Cow<'a, str>>,
    pub source_link: Option<Cow<'a, str>>,
    /// Where a source map led: `sourcemap`, `orig_function`, …
    pub data: Option<&'a Object<'a>>,
    pub errors: &'a [Json<'a>],
}

impl<'a> Stacktrace<'a> {
    /// `None` where there are no frames.
    pub fn read(json: &'a Json<'a>) -> Option<Self> {
        let frames: Vec<_> = items(json, "frames").iter().filter(|frame| !frame.is_null()).map(Frame::read).collect();
        if frames.is_empty() {
            return None;
        }
        Some(Self { frames, frames_omitted: range(json, "frames_omitted"), registers: object(json, "registers") })
    }

    /// The stack trace that is member `key` of an exception, a thread or the event.
    pub fn member(json: &'a Json<'a>, key: &str) -> Option<Self> {
        any(json, key).and_then(Self::read)
    }

    pub fn has_in_app(&self) -> bool {
        self.frames.iter().any(|frame| frame.in_app)
    }
}

impl<'a> Frame<'a> {
    pub fn read(json: &'a Json<'a>) -> Self {
        Self {
            abs_path: text(json, "abs_path"),
            filename: text(json, "filename"),
            function: text(json, "function"),
            raw_function: text(json, "raw_function"),
            module: text(json, "module"),
            package: text(json, "package"),
            platform: text(json, "platform"),
            lineno: number(json, "lineno"),
            colno: number(json, "colno"),
            pre_context: lines(json, "pre_context"),
            context_line: json.get("context_line").and_then(Json::as_str).map(Cow::Borrowed),
            post_context: lines(json, "post_context"),
            in_app: flag(json, "in_app").unwrap_or(false),
            vars: object(json, "vars"),
            symbol: text(json, "symbol"),
            symbol_addr: text(json, "symbol_addr"),
            image_addr: text(json, "image_addr"),
            instruction_addr: text(json, "instruction_addr"),
            trust: text(json, "trust"),
            source_link: text(json, "source_link"),
            data: object(json, "data"),
            errors: items(json, "errors"),
        }
    }

    /// The text of a member of `data`.
    pub fn data_text(&self, key: &str) -> Option<&'a str> {
        self.data?.get_str(key).filter(|text| !text.is_empty())
    }
}

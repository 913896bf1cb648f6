//! Stack traces in the API's shape: the calls in the order they were made, source lines with their numbers.

use std::borrow::Cow;

use serde::Serialize;

use crate::protocol::interfaces::stacktrace::{Frame, Stacktrace};
use crate::types::json::{Json, Object};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StacktraceView<'a> {
    frames: Vec<FrameView<'a>>,
    frames_omitted: Option<(i64, i64)>,
    registers: Option<&'a Object<'a>>,
    pub has_system_frames: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameView<'a> {
    filename: Option<Cow<'a, str>>,
    abs_path: Option<Cow<'a, str>>,
    module: Option<Cow<'a, str>>,
    package: Option<Cow<'a, str>>,
    platform: Option<Cow<'a, str>>,
    instruction_addr: Option<Cow<'a, str>>,
    symbol_addr: Option<Cow<'a, str>>,
    function: Option<Cow<'a, str>>,
    symbol: Option<Cow<'a, str>>,
    /// Line numbers with their text.
    context: Vec<(i64, Cow<'a, str>)>,
    line_no: Option<i64>,
    col_no: Option<i64>,
    in_app: bool,
    trust: Option<Cow<'a, str>>,
    errors: &'a [Json<'a>],
    vars: Option<&'a Object<'a>>,
    #[serde(flatten)]
    mapped: Option<MappedView<'a>>,
}

/// Where a frame was before a source map led to its source.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MappedView<'a> {
    map: &'a str,
    map_url: &'a str,
    orig_function: Option<&'a Json<'a>>,
    orig_abs_path: Option<&'a Json<'a>>,
    orig_filename: Option<&'a Json<'a>>,
    orig_line_no: Option<&'a Json<'a>>,
    orig_col_no: Option<&'a Json<'a>>,
}

impl<'a> StacktraceView<'a> {
    pub fn of(stacktrace: Stacktrace<'a>) -> Self {
        Self {
            has_system_frames: stacktrace.has_in_app() && stacktrace.frames.iter().any(|frame| !frame.in_app),
            frames: stacktrace.frames.into_iter().map(FrameView::of).collect(),
            frames_omitted: stacktrace.frames_omitted,
            registers: stacktrace.registers,
        }
    }
}

impl<'a> FrameView<'a> {
    fn of(frame: Frame<'a>) -> Self {
        Self {
            context: context(&frame),
            mapped: MappedView::of(&frame),
            filename: frame.filename,
            abs_path: frame.abs_path,
            module: frame.module,
            package: frame.package,
            platform: frame.platform,
            instruction_addr: frame.instruction_addr,
            symbol_addr: frame.symbol_addr,
            function: frame.function,
            symbol: frame.symbol,
            line_no: frame.lineno,
            col_no: frame.colno,
            in_app: frame.in_app,
            trust: frame.trust,
            errors: frame.errors,
            vars: frame.vars,
        }
    }
}

impl<'a> MappedView<'a> {
    fn of(frame: &Frame<'a>) -> Option<Self> {
        let data = frame.data?;
        let url = frame.data_text("sourcemap")?;
        let member = |key: &str| data.get(key).filter(|value| !value.is_null());
        Some(Self {
            map: url.rsplit('/').next().unwrap_or(url),
            map_url: url,
            orig_function: member("orig_function"),
            orig_abs_path: member("orig_abs_path"),
            orig_filename: member("orig_filename"),
            orig_line_no: member("orig_lineno"),
            orig_col_no: member("orig_colno"),
        })
    }
}

/// Lines around the call. Without the number of the line there is nothing to number them by.
fn context<'a>(frame: &Frame<'a>) -> Vec<(i64, Cow<'a, str>)> {
    let (Some(lineno), Some(line)) = (frame.lineno, &frame.context_line) else { return Vec::new() };
    let before = frame.pre_context.iter().map(|line| Cow::Borrowed(*line));
    let after = frame.post_context.iter().map(|line| Cow::Borrowed(*line));
    let first = lineno.saturating_sub(i64::try_from(frame.pre_context.len()).unwrap_or(0));
    (first..).zip(before.chain([line.clone()]).chain(after)).collect()
}

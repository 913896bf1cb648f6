//! A stack trace as rows: calls, folded runs of framework calls, cuts.

use std::borrow::Cow;
use std::collections::HashSet;

use super::budget::Budget;
use super::options::{Options, Order, Stack};
use super::problems::FrameProblem;
use super::source::{Colours, Context};
use super::values;
use crate::messages::Messages;
use crate::protocol::interfaces::stacktrace::{Frame, Stacktrace};
use crate::types::json::{Json, Object};
use crate::web::markup::Markup;

/// Rows of one stack trace; more are a link.
const MAX_ROWS: usize = 260;
/// What the line of a call costs.
const HEAD_ELEMENTS: usize = 9;
const HEAD_BYTES: usize = 700;
/// Colours are given up when fewer elements are left, so that the source of more calls fits.
const COLOUR_RESERVE: usize = 700;
const MAX_PATH: usize = 100;

/// One line of a stack trace.
pub enum Row<'a> {
    Frame(FrameView<'a>),
    /// A framework's call into the program.
    CalledFrom(FrameView<'a>),
    /// Framework calls in a row.
    Run(Vec<FrameView<'a>>),
    /// Calls that the SDK or the server cut out: first and last.
    Omitted(i64, i64),
    /// Calls that this page has no room for, and the query of the page that has.
    Unshown(usize, Option<String>),
}

/// One call.
pub struct FrameView<'a> {
    /// Place, function and line in words.
    pub head: Markup,
    /// What the head was made from, whole, for the tooltip.
    pub full_path: Cow<'a, str>,
    pub in_app: bool,
    pub is_open: bool,
    /// Times the same call repeats in a row.
    pub repeats: i64,
    /// Where the call is written: a web address or the repository.
    pub link: Option<Cow<'a, str>>,
    pub package: Option<Cow<'a, str>>,
    pub address: Option<&'a str>,
    pub trust: Option<&'a str>,
    /// The source map that led here.
    pub source_map: Option<&'a str>,
    pub source: Option<Markup>,
    pub variables: Vec<(&'a str, Markup)>,
    /// Why the call could not be mapped.
    pub problem: Option<FrameProblem>,
    /// There are source or variables, but no room for them.
    pub is_slim: bool,
    /// The query of the page that has more room; this one has most where there is none.
    pub more: Option<String>,
}

impl FrameView<'_> {
    pub fn has_body(&self) -> bool {
        self.source.is_some() || !self.variables.is_empty() || self.is_slim
    }
}

/// What the frames of one stack trace have in common.
#[derive(Clone, Copy)]
pub struct FrameContext<'e, 'a> {
    pub platform: &'e str,
    pub options: Options,
    pub t: Messages,
    /// Why files of the event could not be mapped, by their address.
    pub file_problems: &'e [(Cow<'a, str>, String)],
    /// Some stack trace of the event has calls of the program: those that have none fold.
    pub has_in_app: bool,
    /// The query of the page where the stack trace has more room.
    pub more: Option<&'e str>,
}

/// The rows in the reader's order.
pub fn rows<'a>(trace: &'a Stacktrace<'a>, context: &FrameContext<'_, 'a>, budget: &mut Budget) -> Vec<Row<'a>> {
    let calls = collapse_repeats(&trace.frames);
    let show_all = context.options.stack == Stack::Full || !(context.has_in_app || trace.has_in_app());
    let open = calls.iter().rposition(|call| call.frame.in_app).or(calls.len().checked_sub(1));
    let bodies = make_bodies(&calls, open, context, budget);
    let omitted = trace.frames_omitted;
    let mut rows = Vec::new();
    let mut views = calls.iter().zip(bodies).enumerate().peekable();
    let mut unshown = 0;
    while let Some((place, (call, body))) = views.next() {
        push_omitted(&mut rows, omitted, call.place);
        if rows.len() >= MAX_ROWS || !budget.take_size(HEAD_ELEMENTS, HEAD_BYTES) {
            unshown += 1;
            continue;
        }
        let view = view(call, body, Some(place) == open, context);
        if show_all || view.in_app {
            rows.push(Row::Frame(view));
        } else if views.peek().is_some_and(|(_, (next, _))| next.frame.in_app) {
            rows.push(Row::CalledFrom(view));
        } else {
            push_into_run(&mut rows, view);
        }
    }
    if unshown > 0 {
        rows.push(Row::Unshown(unshown, context.more.map(str::to_owned)));
    }
    unfold_single_runs(&mut rows);
    if context.options.order == Order::Newest {
        reverse(&mut rows);
    }
    tell_first_problems(&mut rows);
    rows
}

/// A call with the number of times it repeats.
struct Call<'a> {
    frame: &'a Frame<'a>,
    /// Its place among all frames.
    place: usize,
    repeats: i64,
}

fn collapse_repeats<'a>(frames: &'a [Frame<'a>]) -> Vec<Call<'a>> {
    let mut calls: Vec<Call<'a>> = Vec::with_capacity(frames.len());
    for (place, frame) in frames.iter().enumerate() {
        match calls.last_mut() {
            Some(last) if is_same_call(last.frame, frame) => {
                last.repeats += 1;
                last.frame = frame;
            }
            _ => calls.push(Call { frame, place, repeats: 1 }),
        }
    }
    calls
}

fn is_same_call(a: &Frame<'_>, b: &Frame<'_>) -> bool {
    a.function.is_some()
        && a.lineno.is_some()
        && (&a.function, &a.abs_path, &a.filename, a.lineno, a.colno)
            == (&b.function, &b.abs_path, &b.filename, b.lineno, b.colno)
        && (&a.module, &a.package, a.in_app) == (&b.module, &b.package, b.in_app)
}

/// Source and variables of a call.
#[derive(Default)]
struct Body<'a> {
    source: Option<Markup>,
    variables: Vec<(&'a str, Markup)>,
    is_slim: bool,
}

/// The calls that matter most take from the budget first: the open one, then those of the program, then the others.
fn make_bodies<'a>(
    calls: &[Call<'a>],
    open: Option<usize>,
    context: &FrameContext<'_, '_>,
    budget: &mut Budget,
) -> Vec<Body<'a>> {
    let mut bodies: Vec<Body<'a>> = calls.iter().map(|_| Body::default()).collect();
    let mut order: Vec<usize> = (0..calls.len()).rev().collect();
    order.sort_by_key(|place| (Some(*place) != open, !calls[*place].frame.in_app));
    // The lines of all calls come first: a stack trace without its calls is none.
    let heads = calls.len().min(MAX_ROWS);
    let mut spare = *budget;
    if !spare.take_size(heads * HEAD_ELEMENTS, heads * HEAD_BYTES) {
        spare = Budget::new(0, 0);
    }
    let before = spare;
    for place in order {
        bodies[place] = make_body(calls[place].frame, context, &mut spare);
    }
    spare.charge_difference(before, budget);
    bodies
}

fn make_body<'a>(frame: &'a Frame<'a>, context: &FrameContext<'_, '_>, budget: &mut Budget) -> Body<'a> {
    let mut body = Body::default();
    if let Some(source) = Context::of_frame(frame, context.platform) {
        let coloured = budget.is_ample(COLOUR_RESERVE).then(|| source.markup(Colours::On));
        let fits = coloured.filter(|markup| budget.take(markup));
        body.source = fits.or_else(|| Some(source.markup(Colours::Off)).filter(|markup| budget.take(markup)));
        body.is_slim = body.source.is_none();
    }
    let members = [frame.vars].into_iter().flatten().flat_map(Object::iter);
    for (name, value) in members {
        let markup = values::value(value, context.t);
        if !budget.take_size(markup.elements() + 3, markup.len() + name.len() + 60) {
            body.is_slim = true;
            break;
        }
        body.variables.push((name, markup));
    }
    body
}

fn view<'a>(call: &Call<'a>, body: Body<'a>, is_open: bool, context: &FrameContext<'_, '_>) -> FrameView<'a> {
    let frame = call.frame;
    let path = path(frame, context.platform);
    let unmapped = frame.data_text("sourcemap").is_none();
    let problem = unmapped.then(|| problem(frame, context)).flatten();
    FrameView {
        head: head(frame, &path, context.t),
        in_app: frame.in_app,
        is_open: is_open && (body.source.is_some() || !body.variables.is_empty()),
        repeats: call.repeats,
        link: link(frame),
        package: package(frame),
        address: frame.instruction_addr.as_deref(),
        trust: frame.trust.as_deref().filter(|trust| *trust != "context" && *trust != "none"),
        source_map: frame.data_text("sourcemap"),
        full_path: frame.abs_path.as_deref().map_or(path, Cow::Borrowed),
        source: body.source,
        variables: body.variables,
        is_slim: body.is_slim,
        more: context.more.map(str::to_owned),
        problem,
    }
}

/// What tells people where they are: the module in languages that name by module, else the file.
fn path<'a>(frame: &'a Frame<'a>, platform: &str) -> Cow<'a, str> {
    let by_module =
        matches!(frame.platform.as_deref().unwrap_or(platform), "java" | "kotlin" | "scala" | "csharp" | "clojure");
    let module = frame.module.as_deref();
    let file = frame.filename.as_deref().or(frame.abs_path.as_deref());
    let found = if by_module { module.or(file) } else { file.or(module) };
    let found = found.or(frame.package.as_deref()).or(frame.instruction_addr.as_deref()).unwrap_or("?");
    left_cut(found)
}

/// The end of a path says more than its beginning.
fn left_cut(path: &str) -> Cow<'_, str> {
    let length = path.chars().count();
    if length <= MAX_PATH {
        return Cow::Borrowed(path);
    }
    let end: String = path.chars().skip(length - MAX_PATH + 1).collect();
    Cow::Owned(format!("…{end}"))
}

fn head(frame: &Frame<'_>, path: &str, t: Messages) -> Markup {
    // What the engine of a browser brings has no file.
    let is_engine = matches!(path, "<anonymous>" | "native" | "native code" | "[native code]");
    let path = Markup::element("<span class=\"path\">", path, "</span>");
    let name = frame.function.as_deref().or(frame.symbol.as_deref());
    let function = name.map(|name| Markup::element("<b>", &values::beginning(name, 200), "</b>"));
    let line = frame.lineno.map(|line| {
        let place = frame.colno.map_or_else(|| line.to_string(), |column| format!("{line}:{column}"));
        Markup::element("<b>", &place, "</b>")
    });
    match (function, line) {
        (Some(function), Some(line)) => Markup::message(t.event_frame_function_line(function, line, path)),
        (Some(function), None) if is_engine => function,
        (Some(function), None) => Markup::message(t.event_frame_function(function, path)),
        (None, Some(line)) => Markup::message(t.event_frame_line(line, path)),
        (None, None) => path,
    }
}

/// Only web addresses: anything else would be a trap. What a source map leads to is nowhere to be had; its script is.
fn link<'a>(frame: &'a Frame<'a>) -> Option<Cow<'a, str>> {
    let script = frame.data_text("orig_abs_path").or(frame.abs_path.as_deref());
    let candidates = [frame.source_link.as_deref(), script];
    let found = candidates.into_iter().flatten().find(|path| is_web_address(path));
    found.map(Cow::Borrowed)
}

/// Whether a text may be the target of a link.
pub fn is_web_address(text: &str) -> bool {
    let begins = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    (begins("http://") || begins("https://"))
        && !text.chars().any(|character| character.is_whitespace() || character == '⟨')
}

fn package<'a>(frame: &'a Frame<'a>) -> Option<Cow<'a, str>> {
    let package = frame.package.as_deref()?;
    let name = package.rsplit(['/', '\\']).next().filter(|name| !name.is_empty());
    name.map(Cow::Borrowed)
}

/// What the frame says itself, else what the event says of its file.
fn problem(frame: &Frame<'_>, context: &FrameContext<'_, '_>) -> Option<FrameProblem> {
    let own = frame.errors.iter().find_map(Json::as_str).map(|text| FrameProblem::new(text.to_owned()));
    let own = own.or_else(|| FrameProblem::of(frame.errors, context.t));
    own.or_else(|| {
        let path = frame.abs_path.as_deref()?;
        let of_file = context.file_problems.iter().find(|(file, _)| file == path);
        of_file.map(|(_, text)| FrameProblem::new(text.clone()))
    })
}

/// Calls of one file tell of the same search, of which the first to be read suffices.
fn tell_first_problems(rows: &mut [Row<'_>]) {
    let mut told = HashSet::new();
    for row in rows {
        let views = match row {
            Row::Frame(view) => std::slice::from_mut(view),
            Row::Run(run) => run,
            _ => continue,
        };
        for problem in views.iter_mut().filter_map(|view| view.problem.as_mut()) {
            problem.is_first = told.insert(problem.search.clone());
        }
    }
}

fn push_omitted(rows: &mut Vec<Row<'_>>, omitted: Option<(i64, i64)>, place: usize) {
    if let Some((start, end)) = omitted
        && start < end
        && i64::try_from(place) == Ok(start)
    {
        rows.push(Row::Omitted(start.saturating_add(1), end));
    }
}

fn push_into_run<'a>(rows: &mut Vec<Row<'a>>, view: FrameView<'a>) {
    match rows.last_mut() {
        Some(Row::Run(run)) => run.push(view),
        _ => rows.push(Row::Run(vec![view])),
    }
}

/// A run of one is no saving: its call is shown itself.
fn unfold_single_runs(rows: &mut [Row<'_>]) {
    for row in rows {
        if let Row::Run(run) = row
            && run.len() == 1
            && let Some(view) = run.pop()
        {
            *row = Row::Frame(view);
        }
    }
}

fn reverse(rows: &mut [Row<'_>]) {
    rows.reverse();
    for row in rows {
        if let Row::Run(run) = row {
            run.reverse();
        }
    }
}

#[cfg(test)]
mod tests;

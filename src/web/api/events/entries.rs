//! The typed parts of an event as `entries` (web-api.md 3.7).

use std::borrow::Cow;

use serde::Serialize;

use super::frames::StacktraceView;
use crate::protocol::interfaces::breadcrumbs::Breadcrumb;
use crate::protocol::interfaces::exception::{Exception, ExceptionChain, Mechanism};
use crate::protocol::interfaces::logentry::LogEntry;
use crate::protocol::interfaces::read::any;
use crate::protocol::interfaces::request::Request;
use crate::protocol::interfaces::security::SecurityReport;
use crate::protocol::interfaces::stacktrace::Stacktrace;
use crate::protocol::interfaces::template::Template;
use crate::protocol::interfaces::threads::Thread;
use crate::protocol::timestamp;
use crate::types::json::{Json, Object};
use crate::web::api::date::Date;

/// One part of an event: `{"type": …, "data": …}`.
#[derive(Serialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
pub enum EntryView<'a> {
    Message(MessageView<'a>),
    Exception(ExceptionsView<'a>),
    Stacktrace(StacktraceView<'a>),
    Threads(ValuesView<ThreadView<'a>>),
    Template(TemplateView<'a>),
    Request(Box<RequestView<'a>>),
    Breadcrumbs(ValuesView<CrumbView<'a>>),
    Csp(&'a Object<'a>),
    Hpkp(&'a Object<'a>),
    ExpectCt(&'a Object<'a>),
    ExpectStaple(&'a Object<'a>),
    Nel(&'a Object<'a>),
    DebugMeta(&'a Json<'a>),
}

#[derive(Serialize)]
pub struct ValuesView<T> {
    values: Vec<T>,
}

#[derive(Serialize)]
pub struct MessageView<'a> {
    message: Option<Cow<'a, str>>,
    params: Option<&'a Json<'a>>,
    formatted: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionsView<'a> {
    values: Vec<ExceptionView<'a>>,
    has_system_frames: bool,
    exc_omitted: Option<(i64, i64)>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExceptionView<'a> {
    #[serde(rename = "type")]
    kind: Option<Cow<'a, str>>,
    value: Option<Cow<'a, str>>,
    mechanism: Option<MechanismView<'a>>,
    thread_id: Option<Cow<'a, str>>,
    module: Option<Cow<'a, str>>,
    stacktrace: Option<StacktraceView<'a>>,
    raw_stacktrace: Option<StacktraceView<'a>>,
}

#[derive(Serialize)]
struct MechanismView<'a> {
    #[serde(rename = "type")]
    kind: Option<Cow<'a, str>>,
    description: Option<Cow<'a, str>>,
    help_link: Option<Cow<'a, str>>,
    handled: Option<bool>,
    data: Option<&'a Object<'a>>,
    meta: Option<&'a Object<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadView<'a> {
    id: Option<Cow<'a, str>>,
    current: bool,
    crashed: bool,
    name: Option<Cow<'a, str>>,
    stacktrace: Option<StacktraceView<'a>>,
    raw_stacktrace: Option<StacktraceView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplateView<'a> {
    line_no: Option<i64>,
    filename: Option<Cow<'a, str>>,
    context: Vec<(i64, Cow<'a, str>)>,
}

type Pairs<'a> = Vec<(Cow<'a, str>, &'a Json<'a>)>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestView<'a> {
    method: Option<Cow<'a, str>>,
    url: Option<Cow<'a, str>>,
    query: Pairs<'a>,
    fragment: Option<Cow<'a, str>>,
    data: Option<&'a Json<'a>>,
    headers: Pairs<'a>,
    cookies: Pairs<'a>,
    env: Option<&'a Object<'a>>,
    inferred_content_type: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
pub struct CrumbView<'a> {
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    timestamp: Option<Date>,
    level: Cow<'a, str>,
    message: Option<Cow<'a, str>>,
    category: Option<Cow<'a, str>>,
    data: Option<&'a Object<'a>>,
    event_id: Option<Cow<'a, str>>,
}

impl<'a> EntryView<'a> {
    /// The parts an event has, the telling ones first.
    pub fn list(event: &'a Json<'a>) -> Vec<Self> {
        let exceptions = ExceptionChain::read(event);
        let (threads, crumbs) = (Thread::read_all(event), Breadcrumb::read_all(event));
        let entries = [
            any(event, "logentry").map(|json| Self::Message(MessageView::of(LogEntry::read(json)))),
            (!exceptions.is_empty()).then(|| Self::Exception(ExceptionsView::of(exceptions))),
            Stacktrace::member(event, "stacktrace").map(|trace| Self::Stacktrace(StacktraceView::of(trace))),
            (!threads.is_empty()).then(|| Self::Threads(values(threads, ThreadView::of))),
            SecurityReport::find(event).map(Self::security),
            any(event, "template").map(|json| Self::Template(TemplateView::of(Template::read(json)))),
            (!crumbs.is_empty()).then(|| Self::Breadcrumbs(values(crumbs, CrumbView::of))),
            any(event, "request").map(|json| Self::Request(Box::new(RequestView::of(Request::read(json))))),
            any(event, "debug_meta").map(Self::DebugMeta),
        ];
        entries.into_iter().flatten().collect()
    }

    fn security(report: SecurityReport<'a>) -> Self {
        match report.kind {
            "hpkp" => Self::Hpkp(report.members),
            "expectct" => Self::ExpectCt(report.members),
            "expectstaple" => Self::ExpectStaple(report.members),
            "nel" => Self::Nel(report.members),
            _ => Self::Csp(report.members),
        }
    }
}

fn values<T, V>(items: Vec<T>, view: impl Fn(T) -> V) -> ValuesView<V> {
    ValuesView { values: items.into_iter().map(view).collect() }
}

impl<'a> MessageView<'a> {
    fn of(entry: LogEntry<'a>) -> Self {
        // Clients read `message`; where there is no template, the text is it.
        let message = entry.message.or_else(|| entry.formatted.clone());
        Self { message, params: entry.params, formatted: entry.formatted }
    }
}

impl<'a> ExceptionsView<'a> {
    fn of(chain: ExceptionChain<'a>) -> Self {
        let values: Vec<_> = chain.values.into_iter().map(ExceptionView::of).collect();
        let has_system_frames =
            values.iter().any(|value| value.stacktrace.as_ref().is_some_and(|trace| trace.has_system_frames));
        Self { values, has_system_frames, exc_omitted: chain.omitted }
    }
}

impl<'a> ExceptionView<'a> {
    fn of(exception: Exception<'a>) -> Self {
        Self {
            kind: exception.kind,
            value: exception.value,
            mechanism: exception.mechanism.map(MechanismView::of),
            thread_id: exception.thread_id,
            module: exception.module,
            stacktrace: exception.stacktrace.map(StacktraceView::of),
            raw_stacktrace: exception.raw_stacktrace.map(StacktraceView::of),
        }
    }
}

impl<'a> MechanismView<'a> {
    fn of(mechanism: Mechanism<'a>) -> Self {
        let Mechanism { kind, description, help_link, handled, data, meta, .. } = mechanism;
        Self { kind, description, help_link, handled, data, meta }
    }
}

impl<'a> ThreadView<'a> {
    fn of(thread: Thread<'a>) -> Self {
        Self {
            id: thread.id,
            current: thread.current,
            crashed: thread.crashed,
            name: thread.name,
            stacktrace: thread.stacktrace.map(StacktraceView::of),
            raw_stacktrace: thread.raw_stacktrace.map(StacktraceView::of),
        }
    }
}

impl<'a> TemplateView<'a> {
    fn of(template: Template<'a>) -> Self {
        let line_no = template.lineno;
        let first = line_no.unwrap_or(1).saturating_sub(i64::try_from(template.pre_context.len()).unwrap_or(0));
        let before = template.pre_context.into_iter().map(Cow::Borrowed);
        let after = template.post_context.into_iter().map(Cow::Borrowed);
        let lines = before.chain(template.context_line).chain(after);
        Self { line_no, filename: template.filename, context: (first..).zip(lines).collect() }
    }
}

impl<'a> RequestView<'a> {
    fn of(request: Request<'a>) -> Self {
        Self {
            method: request.method,
            url: request.url,
            query: request.query,
            fragment: request.fragment,
            data: request.data,
            headers: request.headers,
            cookies: request.cookies,
            env: request.env,
            inferred_content_type: request.inferred_content_type,
        }
    }
}

impl<'a> CrumbView<'a> {
    fn of(crumb: Breadcrumb<'a>) -> Self {
        Self {
            kind: crumb.kind.unwrap_or(Cow::Borrowed("default")),
            timestamp: crumb.timestamp.and_then(timestamp::parse).map(Date),
            level: crumb.level.unwrap_or(Cow::Borrowed("info")),
            message: crumb.message,
            category: crumb.category,
            data: crumb.data,
            event_id: crumb.event_id,
        }
    }
}

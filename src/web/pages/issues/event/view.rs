//! The whole event as the issue page shows it.

use std::borrow::Cow;

use super::breadcrumbs::{self, BreadcrumbsView};
use super::budget::Budget;
use super::contexts::{self, Card};
use super::exceptions::{self, ChainView};
use super::excerpt::{Excerpt, Rest};
use super::frames::{self, FrameContext, Row};
use super::options::{Options, Stack};
use super::problems::{self, ProblemView};
use super::request::{self, RequestView};
use super::sdk::SdkView;
use super::security::{self, SecurityView};
use super::source::{Colours, Context};
use super::summary::{self, Fact};
use super::text::time_of;
use super::threads::{self, ThreadsView};
use super::{raw, values};
use crate::messages::Messages;
use crate::protocol::event::Event;
use crate::protocol::interfaces::stacktrace::Stacktrace;
use crate::protocol::interfaces::template::Template;
use crate::types::json::Object;
use crate::web::markup::Markup;

/// Tags in the line above the stack trace; the others fold.
const SHOWN_TAGS: usize = 12;
const MAX_TAGS: usize = 100;
const MAX_EXTRA: usize = 100;
const MAX_EXTRA_ALONE: usize = 1_000;

/// Which part of an event a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything, each section within its share.
    All,
    /// One section, with all the room a page has.
    Stack,
    Request,
    Breadcrumbs,
    Contexts,
    Extra,
    Packages,
}

impl Part {
    /// By its name in the address.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "exception" => Self::Stack,
            "request" => Self::Request,
            "breadcrumbs" => Self::Breadcrumbs,
            "contexts" => Self::Contexts,
            "extra" => Self::Extra,
            "packages" => Self::Packages,
            _ => return None,
        })
    }

    fn includes(self, section: Self) -> bool {
        self == Self::All || self == section
    }

    /// Elements and bytes for a section: its share of 5,000 and 600 KB, or all of it.
    fn budget(self, section: Self) -> Budget {
        let (elements, kilobytes) = match (self, section) {
            (Self::All, Self::Stack) => (2_500, 280),
            (Self::All, Self::Breadcrumbs) => (550, 70),
            (Self::All, Self::Request | Self::Contexts | Self::Extra) => (350, 50),
            _ => (4_200, 480),
        };
        Budget::new(elements, kilobytes * 1_000)
    }
}

pub struct EventView<'a> {
    pub part: Part,
    pub options: Options,
    pub problems: Vec<ProblemView>,
    pub facts: Vec<Fact>,
    pub tags: Vec<TagView<'a>>,
    pub more_tags: Vec<TagView<'a>>,
    pub message: Option<MessageView<'a>>,
    pub chain: Option<ChainView<'a>>,
    pub threads: Option<ThreadsView<'a>>,
    /// A stack trace of its own, beside exceptions and threads.
    pub stack: Vec<Row<'a>>,
    /// Instead of the three above.
    pub raw_stack: Option<String>,
    pub template: Option<TemplateView<'a>>,
    pub security: Option<SecurityView<'a>>,
    pub request: Option<RequestView<'a>>,
    pub breadcrumbs: Option<BreadcrumbsView<'a>>,
    pub cards: Vec<Card<'a>>,
    pub cards_rest: Option<Rest>,
    pub extra: Vec<(&'a str, Markup)>,
    pub extra_rest: Option<Rest>,
    pub packages_count: i64,
    /// Name and version of each package, a line each.
    pub packages: String,
    pub sdk: Option<SdkView<'a>>,
    pub platform: &'a str,
}

pub struct TagView<'a> {
    pub key: &'a str,
    pub value: &'a str,
    /// The search for issues with this tag, encoded.
    pub query: String,
    /// The value is a web address.
    pub link: Option<&'a str>,
}

pub struct MessageView<'a> {
    pub text: &'a str,
    pub beginning: Option<String>,
    /// The template, where the message was made from one.
    pub template: Option<&'a str>,
    pub params: Option<Markup>,
}

pub struct TemplateView<'a> {
    pub path: &'a str,
    pub lineno: Option<i64>,
    pub source: Option<Markup>,
}

impl<'a> EventView<'a> {
    /// Builds the part of the event that the page shows.
    pub fn build(event: &'a Event<'a>, excerpt: Excerpt, options: Options, t: Messages) -> Self {
        let part = excerpt.part;
        let (tags, more_tags) = tags(event);
        let mut view = Self {
            part,
            options,
            problems: problems::views(&event.problems, t),
            facts: summary::facts(event, t),
            tags,
            more_tags,
            message: message(event, t),
            chain: None,
            threads: None,
            stack: Vec::new(),
            raw_stack: None,
            template: event.template.as_ref().map(template),
            security: event.security_report.as_ref().map(|report| security::view(report, t)),
            request: None,
            breadcrumbs: None,
            cards: Vec::new(),
            cards_rest: None,
            extra: Vec::new(),
            extra_rest: None,
            packages_count: values::length(event.modules.len()),
            packages: String::new(),
            sdk: event.sdk.as_ref().and_then(SdkView::of),
            platform: event.platform(),
        };
        if part.includes(Part::Stack) {
            view.read_stack(event, excerpt, t);
        }
        view.read_data(event, excerpt, t);
        view
    }

    fn read_stack(&mut self, event: &'a Event<'a>, excerpt: Excerpt, t: Messages) {
        if self.options.stack == Stack::Raw {
            self.raw_stack = Some(raw::text(event, self.options.form)).filter(|text| !text.is_empty());
            return;
        }
        let file_problems = problems::by_file(&event.problems, t);
        let traces = event.exceptions.values.iter().filter_map(|exception| exception.stacktrace.as_ref());
        let has_in_app = traces.chain(&event.stacktrace).any(Stacktrace::has_in_app);
        // Threads have the page of stack traces for themselves where it begins after the last exception.
        let exceptions_count = event.exceptions.values.len();
        let more = excerpt.page_of(exceptions_count, self.options);
        let context = FrameContext {
            platform: event.platform(),
            options: self.options,
            t,
            file_problems: &file_problems,
            has_in_app,
            more: more.as_deref(),
        };
        let mut budget = self.part.budget(Part::Stack);
        if excerpt.skip < exceptions_count {
            self.chain = Some(exceptions::chain(&event.exceptions, excerpt, &context, &mut budget));
        }
        self.threads = threads::threads(&event.threads, &context, &mut budget);
        if let Some(stack) = &event.stacktrace {
            self.stack = frames::rows(stack, &context, &mut budget);
        }
    }

    fn read_data(&mut self, event: &'a Event<'a>, excerpt: Excerpt, t: Messages) {
        let part = self.part;
        if part.includes(Part::Request) {
            let mut budget = part.budget(Part::Request);
            self.request = event.request.as_ref().map(|request| request::view(request, excerpt, t, &mut budget));
        }
        if part.includes(Part::Breadcrumbs) && !event.breadcrumbs.is_empty() {
            let at = event.timestamp.and_then(time_of);
            let mut budget = part.budget(Part::Breadcrumbs);
            self.breadcrumbs = Some(breadcrumbs::view(&event.breadcrumbs, excerpt, at, t, &mut budget));
        }
        if part.includes(Part::Contexts) {
            let mut budget = part.budget(Part::Contexts);
            (self.cards, self.cards_rest) = contexts::cards(event, excerpt, t, &mut budget);
        }
        if part.includes(Part::Extra) {
            self.read_extra(event, excerpt, t);
        }
        if part == Part::Packages || self.packages_count <= 100 {
            let lines = event.modules.iter().map(|(name, version)| format!("{name} {version}"));
            self.packages = lines.collect::<Vec<_>>().join("\n");
        }
    }

    fn read_extra(&mut self, event: &'a Event<'a>, excerpt: Excerpt, t: Messages) {
        let mut budget = self.part.budget(Part::Extra);
        let most = if excerpt.is_whole() { MAX_EXTRA } else { MAX_EXTRA_ALONE };
        let members = event.extra.into_iter().flat_map(Object::iter);
        for (name, value) in members.skip(excerpt.skip).take(most) {
            let markup = values::value(value, t);
            if !budget.take_size(markup.elements() + 3, markup.len() + name.len() + 60) {
                break;
            }
            self.extra.push((name, markup));
        }
        self.extra_rest = excerpt.rest(event.extra.map_or(0, Object::len), self.extra.len());
    }

    /// Whether there are frames to choose from.
    pub fn has_stack(&self) -> bool {
        self.raw_stack.is_some() || self.chain.is_some() || self.threads.is_some() || !self.stack.is_empty()
    }

    /// Whether frames exist both as sent and as mapped.
    pub fn has_sent_form(&self) -> bool {
        self.chain.as_ref().is_some_and(|chain| chain.has_sent_form)
    }
}

fn tags<'a>(event: &'a Event<'a>) -> (Vec<TagView<'a>>, Vec<TagView<'a>>) {
    let mut sorted: Vec<_> = event.tags.iter().filter(|(_, value)| !value.is_empty()).take(MAX_TAGS).collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let view = |(key, value): &'a (Cow<'a, str>, Cow<'a, str>)| TagView {
        key,
        value,
        query: summary::tag_query(key, value),
        link: Some(&**value).filter(|value| frames::is_web_address(value)),
    };
    let mut tags: Vec<_> = sorted.into_iter().map(view).collect();
    let more = tags.split_off(tags.len().min(SHOWN_TAGS));
    (tags, more)
}

fn message<'a>(event: &'a Event<'a>, t: Messages) -> Option<MessageView<'a>> {
    let logentry = event.logentry.as_ref()?;
    let text = logentry.text();
    let is_long = text.chars().count() > 1_000;
    let template = logentry.message.as_deref().filter(|template| *template != text);
    (!text.is_empty()).then(|| MessageView {
        text,
        beginning: is_long.then(|| values::beginning(text, 400)),
        template,
        params: logentry.params.map(|params| values::value(params, t)),
    })
}

fn template<'a>(template: &'a Template<'a>) -> TemplateView<'a> {
    TemplateView {
        path: template.filename.as_deref().or(template.abs_path.as_deref()).unwrap_or("?"),
        lineno: template.lineno,
        source: Context::of_template(template).map(|context| context.markup(Colours::On)),
    }
}

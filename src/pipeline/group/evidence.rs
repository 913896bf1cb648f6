//! What an event offers to group by, and which of it decides (grouping.md 8.5).

use crate::pipeline::frames::Platform;
use crate::types::json::{Json, Object};

use super::exception::Chain;
use super::message;
use super::security;
use super::sink::{Leaves, Sink};
use super::stacktrace::Stack;
use super::{VariantKind, items};

/// What decides; the first one that gives anything to hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    ExceptionStack,
    Threads,
    Stacktrace,
    ExceptionText,
    Template,
    Security,
    Message,
}

impl Strategy {
    fn description(self) -> &'static str {
        match self {
            Self::ExceptionStack => "exception stack-trace",
            Self::Threads => "thread stack-trace",
            Self::Stacktrace => "stack-trace",
            Self::ExceptionText => "exception type and value",
            Self::Template => "template",
            Self::Security => "security report",
            Self::Message => "message",
        }
    }

    /// Why the evidence after it does not contribute.
    fn precedence(self) -> &'static str {
        match self {
            Self::ExceptionStack | Self::ExceptionText => "exception takes precedence",
            Self::Threads => "thread takes precedence",
            Self::Stacktrace => "stack-trace takes precedence",
            Self::Template => "template takes precedence",
            Self::Security => "security report takes precedence",
            Self::Message => "message takes precedence",
        }
    }
}

/// The parts of an event that grouping looks at, analysed.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    event: &'a Object<'a>,
    platform: Platform,
    exceptions: Chain<'a>,
    thread: Stack<'a>,
    stacktrace: Stack<'a>,
    strategy: Option<Strategy>,
    /// Whether a message counts beside a stack trace that no exception came with.
    with_message: bool,
}

impl<'a> Evidence<'a> {
    pub fn read(event: &'a Object<'a>, stack_only_messages: bool) -> Self {
        let platform = Platform::parse(event.get_str("platform").unwrap_or_default());
        let exceptions = Chain::read(event, platform);
        let mut evidence = Self {
            event,
            platform,
            thread: thread(event, platform),
            stacktrace: Stack::read(event, platform),
            strategy: None,
            with_message: exceptions.is_empty() && !stack_only_messages,
            exceptions,
        };
        evidence.strategy = evidence.choose();
        evidence
    }

    fn choose(&self) -> Option<Strategy> {
        if self.exceptions.has_stack(VariantKind::System) {
            Some(Strategy::ExceptionStack)
        } else if self.thread.contributes(VariantKind::System) {
            Some(Strategy::Threads)
        } else if self.stacktrace.contributes(VariantKind::System) {
            Some(Strategy::Stacktrace)
        } else if self.exceptions.has_text() {
            Some(Strategy::ExceptionText)
        } else if template(self.event).is_some() {
            Some(Strategy::Template)
        } else if security::has_report(self.event) {
            Some(Strategy::Security)
        } else {
            message::leaf(self.event).map(|_| Strategy::Message)
        }
    }

    pub fn platform(&self) -> Platform {
        self.platform
    }

    pub fn exceptions(&self) -> &Chain<'a> {
        &self.exceptions
    }

    /// The variants that contribute, the primary one first.
    pub fn variants(&self) -> &'static [VariantKind] {
        match self.strategy {
            None => &[],
            Some(Strategy::ExceptionText | Strategy::Template | Strategy::Security | Strategy::Message) => {
                &[VariantKind::Default]
            }
            Some(_) if self.deciding_stack_contributes(VariantKind::App) => &[VariantKind::App, VariantKind::System],
            Some(_) => &[VariantKind::System],
        }
    }

    /// The variants worth showing: also an `app` that has nothing to say.
    pub fn shown_variants(&self) -> &'static [VariantKind] {
        if self.variants() == [VariantKind::System] {
            &[VariantKind::App, VariantKind::System]
        } else {
            self.variants()
        }
    }

    fn deciding_stack_contributes(&self, variant: VariantKind) -> bool {
        match self.strategy {
            Some(Strategy::ExceptionStack) => self.exceptions.has_stack(variant),
            Some(Strategy::Threads) => self.thread.contributes(variant),
            Some(Strategy::Stacktrace) => self.stacktrace.contributes(variant),
            _ => false,
        }
    }

    pub fn description(&self, variant: VariantKind) -> String {
        let what = self.strategy.map_or("nothing to group by", Strategy::description);
        if variant == VariantKind::App { format!("in-app {what}") } else { what.to_owned() }
    }

    pub fn leaves(&self, variant: VariantKind) -> Leaves {
        let mut leaves = Leaves::with_capacity(4_096);
        self.write_deciding(variant, &mut leaves);
        leaves
    }

    /// What is hashed.
    fn write_deciding(&self, variant: VariantKind, sink: &mut impl Sink) {
        match self.strategy {
            None => {}
            Some(Strategy::ExceptionStack | Strategy::ExceptionText) => self.exceptions.write(variant, sink),
            Some(Strategy::Threads) => self.write_stack("threads", &self.thread, variant, sink),
            Some(Strategy::Stacktrace) => {
                self.stacktrace.write(variant, sink);
                self.write_companions(variant, sink);
            }
            Some(Strategy::Template) => write_template(self.event, None, sink),
            Some(Strategy::Security) => security::write(self.event, None, sink),
            Some(Strategy::Message) => self.write_message(None, sink),
        }
    }

    fn write_stack(&self, id: &'static str, stack: &Stack<'_>, variant: VariantKind, sink: &mut impl Sink) {
        if sink.open(id, None) {
            stack.write(variant, sink);
            sink.close();
        }
        self.write_companions(variant, sink);
    }

    /// What counts beside a stack trace that is no exception's: the exceptions' types, or the message.
    fn write_companions(&self, variant: VariantKind, sink: &mut impl Sink) {
        self.exceptions.write_types(variant, sink);
        if self.with_message {
            self.write_message(None, sink);
        }
    }

    /// What is not hashed because something else decides; only for people.
    pub fn write_explained(&self, variant: VariantKind, sink: &mut impl Sink) {
        self.write_deciding(variant, sink);
        let Some(strategy) = self.strategy else { return };
        let hint = Some(strategy.precedence());
        let is_stack = matches!(strategy, Strategy::Threads | Strategy::Stacktrace);
        if strategy != Strategy::Threads && !self.thread.is_empty() && sink.open("threads", hint) {
            self.thread.write(variant, sink);
            sink.close();
        }
        if !matches!(strategy, Strategy::Template) {
            write_template(self.event, hint, sink);
        }
        if strategy != Strategy::Message && !(is_stack && self.with_message) {
            self.write_message(hint, sink);
        }
    }

    fn write_message(&self, hint: Option<&'static str>, sink: &mut impl Sink) {
        let Some(text) = message::leaf(self.event) else { return };
        match hint {
            None => sink.leaf("message", &text),
            Some(hint) => sink.ignored("message", &text, hint),
        }
    }
}

/// The stack trace of the one thread that tells: the crashed one, else the current one, else the only one.
fn thread<'a>(event: &'a Object<'_>, platform: Platform) -> Stack<'a> {
    let threads: Vec<&Object<'_>> = items(event, "threads").iter().filter_map(Json::as_object).collect();
    let only = |flag: &str| {
        let mut marked = threads.iter().filter(|thread| thread.get(flag).and_then(Json::as_bool) == Some(true));
        marked.next().filter(|_| marked.next().is_none())
    };
    let chosen =
        only("crashed").or_else(|| only("current")).or(if threads.len() == 1 { threads.first() } else { None });
    chosen.map(|thread| Stack::read(thread, platform)).unwrap_or_default()
}

fn template<'a>(event: &'a Object<'_>) -> Option<(&'a str, &'a str)> {
    let template = event.get("template")?.as_object()?;
    let text = |key| template.get_str(key).unwrap_or_default();
    let (filename, line) = (text("filename"), text("context_line"));
    (!filename.is_empty() || !line.is_empty()).then_some((filename, line))
}

fn write_template(event: &Object<'_>, hint: Option<&'static str>, sink: &mut impl Sink) {
    let Some((filename, line)) = template(event) else { return };
    if sink.open("template", hint) {
        sink.leaf("filename", filename);
        sink.leaf("context-line", line);
        sink.close();
    }
}

//! What rules look at in an event, folded for patterns when it is first asked for.

use std::cell::OnceCell;

use super::template::Variable;
use crate::pipeline::frames::{FrameFields, Platform};
use crate::pipeline::glob::{fold, fold_path};
use crate::pipeline::group::items;
use crate::pipeline::group::native::trim_function;
use crate::types::json::{Json, Object};

/// An event before grouping, with the tags it will have.
pub struct Facts<'e> {
    event: &'e Object<'e>,
    tags: &'e [(String, String)],
    messages: OnceCell<Vec<String>>,
    exceptions: OnceCell<Vec<ExceptionFacts>>,
    frames: OnceCell<Vec<FrameFacts>>,
}

pub struct ExceptionFacts {
    pub kind: String,
    pub value: String,
}

pub struct FrameFacts {
    pub function: String,
    pub module: String,
    pub package: String,
    pub abs_path: String,
    pub filename: String,
    pub in_app: bool,
}

impl<'e> Facts<'e> {
    pub fn new(event: &'e Object<'e>, tags: &'e [(String, String)]) -> Self {
        Self { event, tags, messages: OnceCell::new(), exceptions: OnceCell::new(), frames: OnceCell::new() }
    }

    /// The log entry, and the values of the exceptions.
    pub fn messages(&self) -> &[String] {
        self.messages.get_or_init(|| {
            let values = exceptions(self.event).filter_map(|exception| exception.get_str("value"));
            let all = logentry(self.event).into_iter().chain(values);
            all.filter(|text| !text.is_empty()).map(fold).collect()
        })
    }

    pub fn exceptions(&self) -> &[ExceptionFacts] {
        self.exceptions.get_or_init(|| {
            let text = |exception: &Object<'_>, key| fold(exception.get_str(key).unwrap_or_default());
            let facts = |exception| ExceptionFacts { kind: text(exception, "type"), value: text(exception, "value") };
            exceptions(self.event).map(facts).collect()
        })
    }

    pub fn frames(&self) -> &[FrameFacts] {
        self.frames.get_or_init(|| {
            let platform = self.platform();
            let frames = stacks(self.event).flatten().filter_map(Json::as_object);
            frames.map(|frame| FrameFacts::of(&FrameFields::read(frame), platform)).collect()
        })
    }

    pub fn tag(&self, key: &str) -> Option<String> {
        self.tag_value(key).map(fold)
    }

    fn tag_value(&self, key: &str) -> Option<&'e str> {
        self.tags.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// A text of the event itself.
    pub fn text(&self, key: &str) -> Option<String> {
        self.event_text(key).map(fold)
    }

    fn event_text(&self, key: &str) -> Option<&'e str> {
        self.event.get_str(key).filter(|text| !text.is_empty())
    }

    pub fn sdk(&self) -> Option<String> {
        self.event.get("sdk")?.get("name")?.as_str().map(fold)
    }

    /// `javascript`, `native`, `other`: families of platforms that are grouped alike.
    pub fn family(&self) -> &'static str {
        match self.platform() {
            Platform::JavaScript | Platform::Node => "javascript",
            Platform::Native | Platform::Rust => "native",
            _ => "other",
        }
    }

    fn platform(&self) -> Platform {
        Platform::parse(self.event.get_str("platform").unwrap_or_default())
    }

    /// The value of a variable; of frames that of the last one in the application, else of the last.
    pub fn value(&self, variable: &Variable) -> Option<String> {
        let exception = |key| exceptions(self.event).next_back()?.get_str(key);
        let frame = || crash_frames(self.event).next();
        let text = match variable {
            Variable::Transaction => self.event_text("transaction"),
            Variable::Logger => self.event_text("logger"),
            Variable::Level => self.event_text("level"),
            Variable::Release => self.event_text("release"),
            Variable::Type => exception("type"),
            Variable::Value => exception("value"),
            Variable::Message => logentry(self.event).or_else(|| exception("value")),
            Variable::Tag(key) => self.tag_value(key),
            Variable::Function => frame().map(|frame| frame.function),
            Variable::Module => frame().map(|frame| frame.module),
            Variable::Path => {
                frame().map(|frame| if frame.abs_path.is_empty() { frame.filename } else { frame.abs_path })
            }
            Variable::Package => frame().and_then(|frame| frame.package.rsplit(['/', '\\']).next()),
        };
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

impl FrameFacts {
    fn of(fields: &FrameFields<'_>, platform: Platform) -> Self {
        let function = match fields.platform_or(platform) {
            Platform::Native | Platform::Rust => fold(&trim_function(fields.function)),
            _ => fold(fields.function),
        };
        Self {
            function,
            module: fold(fields.module),
            package: fold_path(fields.package),
            abs_path: fold_path(fields.abs_path),
            filename: fold_path(fields.filename),
            in_app: fields.in_app == Some(true),
        }
    }
}

/// The exceptions, oldest cause first.
pub fn exceptions<'e>(event: &'e Object<'_>) -> impl DoubleEndedIterator<Item = &'e Object<'e>> {
    items(event, "exception").iter().filter_map(Json::as_object)
}

/// The formatted message, else its template.
pub fn logentry<'e>(event: &'e Object<'_>) -> Option<&'e str> {
    let entry = event.get("logentry")?.as_object()?;
    ["formatted", "message"].into_iter().find_map(|key| entry.get_str(key).filter(|text| !text.trim().is_empty()))
}

/// The frames of all stack traces: of the exceptions, the newest first, of the event, of the threads.
pub fn stacks<'e>(event: &'e Object<'_>) -> impl Iterator<Item = &'e [Json<'e>]> {
    let threads = items(event, "threads").iter().filter_map(Json::as_object);
    let owners = exceptions(event).rev().chain([event]).chain(threads);
    owners.filter_map(|owner| owner.get("stacktrace")?.get("frames")?.as_array()).filter(|frames| !frames.is_empty())
}

/// The frames where the event happened, the crash first: those of the application, else all.
pub fn crash_frames<'e>(event: &'e Object<'_>) -> impl Iterator<Item = FrameFields<'e>> {
    let stack = stacks(event).next().unwrap_or_default();
    let read = || stack.iter().rev().filter_map(Json::as_object).map(FrameFields::read);
    let has_app = read().any(|frame| frame.in_app == Some(true));
    stack
        .iter()
        .rev()
        .filter_map(Json::as_object)
        .map(FrameFields::read)
        .filter(move |frame| !has_app || frame.in_app == Some(true))
}

//! Rules of a project about fingerprints (grouping.md 9): what matches is grouped by what the rule says, whatever the
//! client's fingerprint was. The first rule that matches wins.
//!
//! The rule that matched and the client's fingerprint are stored with the event, in `_fingerprint_info`.

mod facts;
mod parse;
mod suggest;
mod template;

use crate::pipeline::glob::Glob;
use crate::pipeline::rule_text::{self, RuleError};
use crate::types::hash::EventHash;
use crate::types::json::{Json, Object};
use crate::types::project_settings::ProjectSettings;

pub use facts::{crash_frames, exceptions, logentry, stacks};
pub use suggest::{Suggestion, suggest};

use facts::{ExceptionFacts, Facts, FrameFacts};
use template::Template;

/// Where an event keeps which rule it was grouped by.
pub const INFO: &str = "_fingerprint_info";

/// The rules of a project, compiled.
#[derive(Clone, Debug, Default)]
pub struct Rules(Vec<Rule>);

/// What an event must be like, and its fingerprint then.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it stands, counted from 1.
    pub line: usize,
    pub text: String,
    of_event: Vec<Matcher<EventField>>,
    /// One exception must match all of these.
    of_exception: Vec<Matcher<ExceptionField>>,
    /// One frame must match all of these.
    of_frame: Vec<Matcher<FrameField>>,
    parts: Vec<Template>,
    title: Option<Template>,
}

#[derive(Clone, Debug)]
struct Matcher<F> {
    field: F,
    pattern: Pattern,
    is_negated: bool,
}

#[derive(Clone, Debug)]
enum Pattern {
    Glob(Glob),
    /// Any of several, between commas.
    AnyOf(Vec<Glob>),
    Flag(bool),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum EventField {
    Message,
    Logger,
    Level,
    Tag(String),
    Release,
    Environment,
    Family,
    Sdk,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExceptionField {
    Type,
    Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FrameField {
    Function,
    Module,
    Path,
    Package,
    App,
}

impl Rules {
    /// Compiles rules; what is wrong is told with its place.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        rule_text::parse(text, parse::rule).map(Self)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.0.iter()
    }

    /// The first rule that matches, by its place among the rules.
    pub fn find(&self, event: &Object<'_>, tags: &[(String, String)]) -> Option<usize> {
        if self.0.is_empty() {
            return None;
        }
        let facts = Facts::new(event, tags);
        self.0.iter().position(|rule| rule.matches(&facts))
    }

    /// Gives the event the fingerprint of the first rule that matches. Returns the title the rule gives it, if any.
    pub fn apply(&self, event: &mut Object<'_>, tags: &[(String, String)]) -> Option<String> {
        let rule = &self.0[self.find(event, tags)?];
        let facts = Facts::new(event, tags);
        let parts: Vec<String> = rule.parts.iter().map(|part| part.expand(&facts)).collect();
        let title = rule.title.as_ref().map(|title| title.expand(&facts)).filter(|title| !title.trim().is_empty());
        let texts = |parts: &[String]| Json::from(parts.iter().map(Json::text).collect::<Vec<_>>());
        let mut matched = Object::new();
        matched.push("text", rule.text.clone());
        matched.push("fingerprint", texts(&parts));
        if let Some(title) = &title {
            matched.push("attributes", Object::from_iter([("title".into(), Json::text(title))]));
        }
        let mut info = Object::new();
        info.push("client_fingerprint", event.remove("fingerprint").unwrap_or_default());
        info.push("matched_rule", matched);
        event.insert("fingerprint", texts(&parts));
        event.insert(INFO, info);
        title
    }
}

/// Takes back what a rule did to a stored event, so that other rules can be tried.
pub fn undo(event: &mut Object<'_>) {
    if let Some(Json::Object(mut info)) = event.remove(INFO) {
        match info.remove("client_fingerprint") {
            Some(fingerprint) if !fingerprint.is_null() => event.insert("fingerprint", fingerprint),
            _ => drop(event.remove("fingerprint")),
        }
    }
}

/// How an event would be grouped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regrouped {
    /// The place of the rule that matched.
    pub rule: Option<usize>,
    pub fingerprint: Vec<String>,
    pub hashes: Vec<EventHash>,
}

/// Groups a stored event by other rules than those it was grouped by.
pub fn regroup(event: &mut Object<'_>, settings: &ProjectSettings, rules: &Rules) -> Regrouped {
    undo(event);
    let tags = stored_tags(event);
    let rule = rules.find(event, &tags);
    rules.apply(event, &tags);
    let parts = event.get("fingerprint").and_then(Json::as_array).unwrap_or_default();
    let fingerprint = parts.iter().filter_map(|part| part.as_str().map(str::to_owned)).collect();
    Regrouped { rule, fingerprint, hashes: super::hashes(event, settings) }
}

fn stored_tags(event: &Object<'_>) -> Vec<(String, String)> {
    let pairs = event.get("tags").and_then(Json::as_array).unwrap_or_default();
    let text = |pair: &Json<'_>, place: usize| Some(pair.as_array()?.get(place)?.as_str()?.to_owned());
    pairs.iter().filter_map(|pair| Some((text(pair, 0)?, text(pair, 1)?))).collect()
}

/// The text of the rule that an event was grouped by.
pub fn matched<'e>(event: &'e Object<'_>) -> Option<&'e str> {
    event.get(INFO)?.get("matched_rule")?.get("text")?.as_str()
}

/// The fingerprint that the client sent, where a rule took its place.
pub fn client_fingerprint(event: &Object<'_>) -> Vec<String> {
    let parts = event.get(INFO).and_then(|info| info.get("client_fingerprint")?.as_array()).unwrap_or_default();
    parts.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect()
}

impl Rule {
    fn matches(&self, facts: &Facts<'_>) -> bool {
        self.of_event.iter().all(|matcher| matcher.accepts_event(facts))
            && (self.of_exception.is_empty()
                || facts
                    .exceptions()
                    .iter()
                    .any(|exception| self.of_exception.iter().all(|matcher| matcher.accepts_exception(exception))))
            && (self.of_frame.is_empty()
                || facts.frames().iter().any(|frame| self.of_frame.iter().all(|matcher| matcher.accepts_frame(frame))))
    }
}

impl Pattern {
    fn accepts(&self, folded: &str) -> bool {
        match self {
            Self::Glob(glob) => glob.matches(folded),
            Self::AnyOf(globs) => globs.iter().any(|glob| glob.matches(folded)),
            Self::Flag(_) => false,
        }
    }

    /// A path also as from the root, so that `**/app.py` finds `app.py`.
    fn accepts_path(&self, folded: &str) -> bool {
        !folded.is_empty()
            && (self.accepts(folded) || (!folded.starts_with('/') && self.accepts(&format!("/{folded}"))))
    }
}

impl Matcher<EventField> {
    /// What an event does not have matches no pattern.
    fn accepts_event(&self, facts: &Facts<'_>) -> bool {
        let accepts = match &self.field {
            EventField::Message => facts.messages().iter().any(|message| self.pattern.accepts(message)),
            EventField::Tag(key) => facts.tag(key).is_some_and(|value| self.pattern.accepts(&value)),
            EventField::Family => self.pattern.accepts("all") || self.pattern.accepts(facts.family()),
            EventField::Logger => facts.text("logger").is_some_and(|text| self.pattern.accepts(&text)),
            EventField::Level => facts.text("level").is_some_and(|text| self.pattern.accepts(&text)),
            EventField::Release => facts.text("release").is_some_and(|text| self.pattern.accepts(&text)),
            EventField::Environment => facts.text("environment").is_some_and(|text| self.pattern.accepts(&text)),
            EventField::Sdk => facts.sdk().is_some_and(|name| self.pattern.accepts(&name)),
        };
        accepts != self.is_negated
    }
}

impl Matcher<ExceptionField> {
    fn accepts_exception(&self, exception: &ExceptionFacts) -> bool {
        let text = match self.field {
            ExceptionField::Type => &exception.kind,
            ExceptionField::Value => &exception.value,
        };
        (!text.is_empty() && self.pattern.accepts(text)) != self.is_negated
    }
}

impl Matcher<FrameField> {
    fn accepts_frame(&self, frame: &FrameFacts) -> bool {
        let accepts = match self.field {
            FrameField::Function => !frame.function.is_empty() && self.pattern.accepts(&frame.function),
            FrameField::Module => !frame.module.is_empty() && self.pattern.accepts(&frame.module),
            FrameField::Package => self.pattern.accepts_path(&frame.package),
            FrameField::Path => {
                self.pattern.accepts_path(&frame.abs_path) || self.pattern.accepts_path(&frame.filename)
            }
            FrameField::App => matches!(self.pattern, Pattern::Flag(in_app) if in_app == frame.in_app),
        };
        accepts != self.is_negated
    }
}

#[cfg(test)]
mod tests;

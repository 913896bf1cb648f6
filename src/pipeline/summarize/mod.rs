//! What lists, searches and the issue show of an event: type, title, culprit, tags, search text (normalize.md 14, 15).

mod culprit;
mod metadata;
mod names;
mod tags;
mod user;

use std::borrow::Cow;

use chrono::{DateTime, Utc};

pub use user::UserParts;

use crate::types::json::{Json, Object};
use crate::types::level::Level;

/// What is kept of an event outside its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// `error`, `default`, `csp`, `hpkp`, `expectct`, `expectstaple`.
    pub event_type: &'static str,
    pub level: Level,
    pub platform: String,
    /// Empty: none.
    pub logger: String,
    pub title: String,
    /// Empty: none.
    pub culprit: String,
    /// Where it happened: a file, a blocked URI, a host.
    pub location: Option<String>,
    /// What title and location are made of: an object.
    pub metadata: Json<'static>,
    /// The text free-text search looks in.
    pub message: String,
    /// Functions, files and causes, which free-text search finds too.
    pub names: String,
    pub release: Option<String>,
    pub dist: Option<String>,
    pub environment: Option<String>,
    /// Keys as the API names them (`release`, `user`); keys are unique.
    pub tags: Vec<(String, String)>,
    /// What is known of the user beside the value of the tag `user`.
    pub user: UserParts,
    pub occurred_at: DateTime<Utc>,
}

impl Summary {
    /// Takes a title that a fingerprint rule gives.
    pub fn rename(&mut self, title: &str) {
        self.title = first_line(title).into_owned();
        if let Json::Object(metadata) = &mut self.metadata {
            metadata.insert("title", self.title.clone());
        }
    }
}

impl Summary {
    /// What free text finds the issue by.
    pub fn searched(&self) -> String {
        format!("{} {} {}", self.title, self.message, self.names).to_lowercase()
    }
}

/// Longest search text, in characters.
const MAX_MESSAGE: usize = 8_192;

/// Reads a normalised event. Never fails: what is missing has a default.
pub fn summarize(event: &Object<'_>) -> Summary {
    let text = |key: &str| event.get_str(key).filter(|text| !text.is_empty()).map(str::to_owned);
    let event_type = metadata::event_type(event);
    let level = event.get_str("level").and_then(Level::parse).unwrap_or(Level::Error);
    let culprit = culprit::culprit(event);
    let metadata = metadata::metadata(event, event_type);
    let (identity, user) = user::user(event).unzip();
    Summary {
        event_type,
        level,
        platform: text("platform").unwrap_or_else(|| "other".to_owned()),
        logger: text("logger").unwrap_or_default(),
        title: metadata::title(event_type, &metadata),
        location: metadata::location(event_type, &metadata),
        message: search_text(event, &metadata, &culprit),
        names: names::names(event),
        culprit,
        metadata: Json::Object(metadata),
        release: text("release"),
        dist: text("dist").filter(|_| event.get_str("release").is_some_and(|release| !release.is_empty())),
        environment: text("environment"),
        tags: tags::tags(event, level, identity.as_deref()),
        user: user.unwrap_or_default(),
        occurred_at: occurred_at(event),
    }
}

fn occurred_at(event: &Object<'_>) -> DateTime<Utc> {
    let seconds = ["timestamp", "received"].iter().find_map(|key| event.get(key).and_then(Json::as_f64)).unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, reason = "a time out of range saturates, and is then refused")]
    DateTime::from_timestamp_micros((seconds * 1e6).round() as i64).unwrap_or_default()
}

/// Message, metadata and culprit, without what is there already.
fn search_text(event: &Object<'_>, metadata: &Object<'_>, culprit: &str) -> String {
    let logentry = logentry(event).unwrap_or_default();
    let mut out = String::with_capacity(256);
    let values = metadata.iter().filter_map(|(_, value)| value.as_str());
    for part in std::iter::once(logentry).chain(values).chain([culprit]) {
        if !part.is_empty() && !out.contains(part) {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(part);
        }
    }
    match cut(&out, MAX_MESSAGE) {
        Cow::Borrowed(_) => out,
        Cow::Owned(shorter) => shorter,
    }
}

/// The formatted message, else its template.
fn logentry<'a>(event: &'a Object<'_>) -> Option<&'a str> {
    let entry = event.get("logentry")?.as_object()?;
    ["formatted", "message"].into_iter().find_map(|key| entry.get_str(key).filter(|text| !text.trim().is_empty()))
}

/// The exceptions that are objects, oldest cause first.
fn exceptions<'a>(event: &'a Object<'_>) -> impl DoubleEndedIterator<Item = &'a Object<'a>> {
    let interface = event.get("exception");
    let list = interface.and_then(|interface| interface.get("values").unwrap_or(interface).as_array());
    list.unwrap_or_default().iter().filter_map(Json::as_object).filter(|exception| !exception.is_empty())
}

/// The frames of an exception's or the event's stack trace, the innermost first.
fn frames<'a>(owner: &'a Object<'_>) -> impl Iterator<Item = &'a Object<'a>> {
    let frames = owner.get("stacktrace").and_then(|stacktrace| stacktrace.get("frames")?.as_array());
    frames.unwrap_or_default().iter().rev().filter_map(Json::as_object)
}

fn flag(object: &Object<'_>, key: &str) -> Option<bool> {
    object.get(key).and_then(Json::as_bool)
}

/// A text of at most `max` characters; what is longer ends in `...`.
fn cut(text: &str, max: usize) -> Cow<'_, str> {
    // As many bytes hold at most as many characters.
    if text.len() <= max || text.chars().nth(max).is_none() {
        return Cow::Borrowed(text);
    }
    let end = text.char_indices().nth(max - 3).map_or(text.len(), |(end, _)| end);
    Cow::Owned(format!("{}...", &text[..end]))
}

/// The first line that is not blank, cut for titles.
fn first_line(text: &str) -> Cow<'_, str> {
    cut(text.trim_start().lines().next().unwrap_or_default().trim_end(), 100)
}

#[cfg(test)]
mod tests;

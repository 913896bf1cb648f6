//! Why frames stay as they are: entries of the event's `errors` (sourcemaps.md 9).

use serde::Serialize;

use super::interface::{Failure, Nearest};
use crate::types::json::{Json, Object};

/// Entries in `errors`, all together.
const MAX_ERRORS: usize = 100;
/// Characters of an address in an entry.
const MAX_URL: usize = 150;
const MAX_REASON: usize = 300;

/// What stood in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: &'static str,
    pub url: String,
    pub reason: Option<String>,
    /// More members of the entry.
    pub facts: Vec<(&'static str, String)>,
    /// Present where people look at it, not where events are stored.
    pub search: Option<Search>,
}

/// How something was looked for, and what is closest to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Search {
    /// Of the artifact.
    pub kind: &'static str,
    pub release: Option<String>,
    pub dist: Option<String>,
    pub debug_id: Option<String>,
    /// Names that were tried, best first.
    pub names: Vec<String>,
    pub nearest: Vec<Nearest>,
}

impl Problem {
    pub fn new(kind: &'static str, url: &str) -> Self {
        Self { kind, url: label(url), reason: None, facts: Vec::new(), search: None }
    }

    pub fn of(failure: Failure, url: &str) -> Self {
        let reason = Some(failure.reason).filter(|reason| !reason.is_empty());
        Self { reason, ..Self::new(failure.kind, url) }
    }

    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.facts.push((key, value.into()));
        self
    }

    /// The entry.
    pub fn entry(&self) -> Object<'static> {
        let mut entry = Object::new();
        entry.push("type", self.kind);
        entry.push("url", self.url.clone());
        if let Some(reason) = &self.reason {
            entry.push("reason", reason.chars().take(MAX_REASON).collect::<String>());
        }
        for (key, value) in &self.facts {
            match value.parse::<i64>() {
                Ok(number) => entry.push(*key, number),
                Err(_) => entry.push(*key, value.clone()),
            }
        }
        if let Some(search) = &self.search {
            entry.push("search", search.json());
        }
        entry
    }
}

impl Search {
    fn json(&self) -> Object<'static> {
        let text = |text: &Option<String>| text.as_ref().map_or(Json::Null, Json::text);
        let mut json = Object::new();
        json.push("kind", self.kind);
        json.push("release", text(&self.release));
        json.push("dist", text(&self.dist));
        json.push("debug_id", text(&self.debug_id));
        json.push("names", self.names.iter().map(Json::text).collect::<Vec<_>>());
        let nearest = self.nearest.iter().map(|nearest| {
            let mut json = Object::new();
            json.push("name", nearest.name.clone());
            json.push("release", text(&nearest.release));
            json.push("dist", nearest.dist.clone());
            Json::Object(json)
        });
        json.push("nearest", nearest.collect::<Vec<_>>());
        json
    }
}

/// An address as entries show it.
pub fn label(url: &str) -> String {
    if url.starts_with("data:") {
        return "<data url>".to_owned();
    }
    url.chars().take(MAX_URL).collect()
}

/// Appends entries to the event's `errors`, one for each type and address.
pub fn write(event: &mut Object<'_>, problems: &[Problem]) {
    if problems.is_empty() {
        return;
    }
    if event.get("errors").and_then(Json::as_array).is_none() {
        event.insert("errors", Vec::new());
    }
    let Some(errors) = event.get_mut("errors").and_then(Json::as_array_mut) else { return };
    for problem in problems {
        let is_known = |entry: &Json<'_>| {
            let text = |key| entry.get(key).and_then(Json::as_str);
            text("type") == Some(problem.kind) && text("url") == Some(&problem.url)
        };
        if errors.len() < MAX_ERRORS && !errors.iter().any(is_known) {
            errors.push(Json::Object(problem.entry()));
        }
    }
}

/// Takes away what an earlier attempt wrote, before another one. Returns what came of fetching.
pub fn forget<'a>(event: &mut Object<'a>) -> Vec<Json<'a>> {
    let Some(errors) = event.get_mut("errors").and_then(Json::as_array_mut) else { return Vec::new() };
    let fetched = errors.iter().filter(|entry| is_of_fetching(kind(entry))).cloned().collect();
    errors.retain(|entry| !kind(entry).starts_with("js_") && !is_of_fetching(kind(entry)));
    fetched
}

/// Puts back what came of fetching files that are still missing.
pub fn remember<'a>(event: &mut Object<'a>, fetched: Vec<Json<'a>>) {
    let Some(errors) = event.get_mut("errors").and_then(Json::as_array_mut) else { return };
    let url = |entry: &Json<'_>| entry.get("url").and_then(Json::as_str).map(str::to_owned);
    let missing: Vec<_> = errors.iter().filter(|entry| kind(entry) == "js_no_source").map(url).collect();
    errors.extend(fetched.into_iter().filter(|entry| missing.contains(&url(entry))));
}

fn kind<'e>(entry: &'e Json<'_>) -> &'e str {
    entry.get("type").and_then(Json::as_str).unwrap_or_default()
}

/// Whether a type of entry is about fetching from the web.
pub fn is_of_fetching(kind: &str) -> bool {
    kind.starts_with("fetch_") || kind == "restricted_ip"
}

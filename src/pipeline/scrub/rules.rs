//! How the rules apply to values, members and pairs.

use std::borrow::Cow;

use super::matcher::Matcher;
use super::{FILTERED, patterns};
use crate::types::json::Json;
use crate::types::project_settings::ProjectSettings;

/// Whether a text goes because it contains a sensitive word.
#[derive(Clone, Copy, PartialEq)]
pub enum Words {
    Sensitive,
    Harmless,
}

pub struct Rules<'s> {
    matcher: &'s Matcher,
    /// Keys that administrators declared safe, compared exactly.
    safe_fields: &'s [String],
}

impl<'s> Rules<'s> {
    pub fn new(matcher: &'s Matcher, settings: &'s ProjectSettings) -> Self {
        Self { matcher, safe_fields: &settings.safe_fields }
    }

    /// Whether a key says that its value is secret.
    pub fn is_secret(&self, key: &str) -> bool {
        self.matcher.is_secret_key(key)
    }

    fn is_safe(&self, key: &str) -> bool {
        self.safe_fields.iter().any(|safe| safe.trim().eq_ignore_ascii_case(key))
    }

    /// Any value of any depth. Recursion is bounded by the depth that the reader of JSON lets through.
    pub fn value(&self, value: &mut Json<'_>, words: Words) {
        match value {
            Json::Str(text) => self.text(text, words),
            Json::Int(number) if patterns::is_card(*number) && self.matcher.has_patterns() => filter(value),
            Json::Null | Json::Bool(_) | Json::Int(_) | Json::Float(_) => {}
            Json::Array(items) => self.items(items, words),
            Json::Object(object) => object.iter_mut().for_each(|(key, value)| self.member(key, value, words)),
        }
    }

    /// The members of an object that does not stand under a key of the client's choice.
    pub fn members(&self, value: &mut Json<'_>) {
        self.value(value, Words::Sensitive);
    }

    /// Objects by names that mean nothing here: only what is in them counts.
    pub fn members_of_members(&self, value: &mut Json<'_>) {
        let Some(object) = value.as_object_mut() else { return };
        object.iter_mut().for_each(|(_, value)| self.members(value));
    }

    fn member(&self, key: &str, value: &mut Json<'_>, words: Words) {
        if self.is_safe(key) {
            return;
        }
        if self.is_secret(key) {
            filter(value);
        } else {
            self.value(value, words);
        }
    }

    /// Elements; those that are pairs of a name and a value are treated by their name.
    fn items(&self, items: &mut [Json<'_>], words: Words) {
        for item in items {
            match item.as_array_mut().map(Vec::as_mut_slice) {
                Some([Json::Str(key), value]) if self.is_secret(key) && !self.is_safe(key) => filter(value),
                _ => self.value(item, words),
            }
        }
    }

    /// `[[name, value], …]`; `secret` names are so regardless of their words.
    pub fn pairs(&self, pairs: &mut Json<'_>, secret: &[&str]) {
        for pair in pairs.as_array_mut().into_iter().flatten() {
            let Some([Json::Str(name), value]) = pair.as_array_mut().map(Vec::as_mut_slice) else { continue };
            if name == "User-Agent" {
                continue;
            }
            let is_listed = self.matcher.has_patterns() && secret.iter().any(|known| known.eq_ignore_ascii_case(name));
            if is_listed && !self.is_safe(name) {
                filter(value);
            } else {
                self.member(name, value, Words::Sensitive);
            }
        }
    }

    fn text(&self, text: &mut Cow<'_, str>, words: Words) {
        let sights = self.matcher.look(text);
        if sights.word && words == Words::Sensitive {
            if !is_never_secret(text) {
                *text = Cow::Borrowed(FILTERED);
            }
        } else if let Some(clean) = patterns::replace(text, sights) {
            *text = Cow::Owned(clean);
        }
    }

    /// A URL keeps its words; passwords and the sensitive parameters of its query go.
    pub fn url(&self, value: &mut Json<'_>) {
        let Json::Str(url) = value else { return };
        self.text(url, Words::Harmless);
        let Some((base, query)) = url.split_once('?') else { return };
        let parameter = |parameter: &str| match parameter.split_once('=') {
            Some((name, _)) if self.is_secret(name) && !self.is_safe(name) => format!("{name}={FILTERED}"),
            _ => parameter.to_owned(),
        };
        let query: Vec<String> = query.split('&').map(parameter).collect();
        *url = Cow::Owned(format!("{base}?{}", query.join("&")));
    }
}

/// Replaces a secret. Truth values and their like tell nothing, and whether there was something is worth knowing.
pub fn filter(value: &mut Json<'_>) {
    let is_harmless = match &*value {
        Json::Bool(_) => true,
        Json::Str(text) => is_never_secret(text),
        other => other.is_empty(),
    };
    if !is_harmless {
        *value = Json::from(FILTERED);
    }
}

fn is_never_secret(text: &str) -> bool {
    matches!(text, "" | "true" | "false" | "null" | "undefined")
}

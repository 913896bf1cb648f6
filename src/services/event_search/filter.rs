//! What people type to find events of an issue: `browser:"Firefox 126" !environment:staging user:7 timeout`.

use crate::store::events::Event as StoredEvent;
use crate::types::user_part::UserPart;

/// Longer questions are none that a person types.
const MAX_LENGTH: usize = 2_000;
const MAX_TOKENS: usize = 20;

/// A token that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidToken(pub String);

/// A question about the events of an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub tags: Vec<TagTerm>,
    /// In lower case; each must occur.
    pub words: Vec<String>,
}

/// `key:value`, or `!key:value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagTerm {
    pub key: String,
    /// Any of them.
    pub values: Vec<String>,
    /// Of users: as what they may have which text, beside what identifies them.
    pub users: Option<(Vec<UserPart>, String)>,
    pub is_negated: bool,
}

impl Filter {
    pub fn parse(text: &str) -> Result<Self, InvalidToken> {
        if text.len() > MAX_LENGTH {
            return Err(InvalidToken(text.chars().take(40).chain(['…']).collect()));
        }
        let mut filter = Self::default();
        for (place, token) in tokens(text).into_iter().enumerate() {
            if place >= MAX_TOKENS || token.matches('"').count() == 1 || token.contains('\0') {
                return Err(InvalidToken(token.to_owned()));
            }
            match term(token)? {
                Some(term) => filter.tags.push(term),
                None => filter.words.extend(Some(unquoted(token).to_lowercase()).filter(|word| !word.is_empty())),
            }
        }
        Ok(filter)
    }

    pub fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.words.is_empty()
    }

    /// Whether an event's title, message or exceptions have all words.
    pub fn matches(&self, stored: &StoredEvent) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let bytes = stored.json().unwrap_or_default();
        let Ok(tree) = crate::types::json::parse(&bytes) else { return false };
        let event = crate::protocol::event::Event::read(&tree);
        let mut said = String::new();
        let mut add = |text: Option<&str>| {
            said.push_str(&text.unwrap_or_default().to_lowercase());
            said.push('\n');
        };
        for text in [&event.title, &event.transaction, &event.culprit] {
            add(text.as_deref());
        }
        if let Some(entry) = &event.logentry {
            add(entry.formatted.as_deref());
            add(entry.message.as_deref());
        }
        for exception in &event.exceptions.values {
            add(exception.kind.as_deref());
            add(exception.value.as_deref());
        }
        self.words.iter().all(|word| said.contains(word))
    }
}

/// Cut at blanks that are not in quotes.
fn tokens(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    let is_end = |c: char| {
        let was_escaped = std::mem::take(&mut is_escaped);
        match c {
            '\\' if is_quoted && !was_escaped => is_escaped = true,
            '"' if !was_escaped => is_quoted = !is_quoted,
            _ => {}
        }
        c.is_whitespace() && !is_quoted
    };
    text.split(is_end).filter(|token| !token.is_empty()).collect()
}

fn term(token: &str) -> Result<Option<TagTerm>, InvalidToken> {
    let (is_negated, bare) = token.strip_prefix('!').map_or((false, token), |bare| (true, bare));
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    let found = bare.split_once(':').filter(|(key, value)| is_key(key) && !value.starts_with("//"));
    let Some((key, value)) = found else {
        return if is_negated { Err(InvalidToken(token.to_owned())) } else { Ok(None) };
    };
    let value = unquoted(value);
    if value.is_empty() {
        return Err(InvalidToken(token.to_owned()));
    }
    let users = users(key, &value);
    let identities = users.iter().flat_map(|(parts, text)| parts.iter().map(|part| part.tag_value(text)));
    let values = identities.chain([value]).collect();
    let key = if users.is_some() { "user" } else { key }.to_owned();
    Ok(Some(TagTerm { key, values, users, is_negated }))
}

/// A user is known by several things.
fn users(key: &str, value: &str) -> Option<(Vec<UserPart>, String)> {
    if key == "user" {
        return Some(match UserPart::split(value) {
            Some((part, text)) => (vec![part], text.to_owned()),
            None => (UserPart::ALL.to_vec(), value.to_owned()),
        });
    }
    Some((vec![UserPart::of_search_key(key)?], value.to_owned()))
}

fn unquoted(text: &str) -> String {
    match text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Filter, InvalidToken, TagTerm};
    use crate::types::user_part::UserPart;

    #[test]
    fn questions_are_read() {
        let filter =
            Filter::parse("browser:\"Firefox \\\"126\\\"\" !environment:staging Time \"out of\" http://x/").unwrap();
        let term = |key: &str, value: &str, is_negated| TagTerm {
            key: key.to_owned(),
            values: vec![value.to_owned()],
            users: None,
            is_negated,
        };
        assert_eq!(filter.tags, [term("browser", "Firefox \"126\"", false), term("environment", "staging", true)]);
        assert_eq!(filter.words, ["time", "out of", "http://x/"]);
        let user = Filter::parse("user:7").unwrap();
        assert_eq!(user.tags[0].values, ["id:7", "username:7", "email:7", "ip:7", "7"]);
        for text in ["user.email:a@b.c", "user:email:a@b.c"] {
            let tag = &Filter::parse(text).unwrap().tags[0];
            assert_eq!((tag.key.as_str(), tag.values[0].as_str()), ("user", "email:a@b.c"));
            assert_eq!(tag.users, Some((vec![UserPart::Email], "a@b.c".to_owned())));
        }
        assert!(Filter::parse("  ").unwrap().is_empty());
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, token) in [
            ("a key:", "key:"),
            ("!word", "!word"),
            ("say \"open", "\"open"),
            (&"x ".repeat(21), "x"),
            ("a\0b", "a\0b"),
        ] {
            assert_eq!(Filter::parse(text), Err(InvalidToken(token.to_owned())), "{text}");
        }
        assert!(Filter::parse(&"y".repeat(10_000)).is_err());
    }
}

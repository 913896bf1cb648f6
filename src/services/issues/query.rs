//! What people type into the search of issues: `is:unresolved assigned:me level:error browser:"Firefox 126" timeout`.
//!
//! A token that is not understood is an error with its text, so that nobody reads a list that ignored half of the
//! question. The full language comes with a later issue.

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::search::{Assigned, Criteria};
use crate::types::ids::UserId;
use crate::types::level::Level;
use crate::types::lifecycle::Status;

/// A token that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{token}` is not understood")]
pub struct InvalidToken {
    pub token: String,
}

/// Keys of the full language that this one does not know yet; anything else is a tag.
const RESERVED: [&str; 14] = [
    "has",
    "firstSeen",
    "lastSeen",
    "timesSeen",
    "users",
    "first-seen",
    "last-seen",
    "event.timestamp",
    "subscribed",
    "linked",
    "date",
    "issue",
    "firstRelease",
    "first-release",
];

const MAX_TOKENS: usize = 20;

/// Reads a query into criteria; the caller adds the projects.
pub fn parse(query: &str, user_id: UserId, now: DateTime<Utc>) -> Result<Criteria, InvalidToken> {
    let mut criteria = Criteria::default();
    for (place, token) in tokens(query).into_iter().enumerate() {
        let understood = place < MAX_TOKENS && token.apply(&mut criteria, user_id, now);
        if !understood {
            return Err(InvalidToken { token: token.text.to_owned() });
        }
    }
    Ok(criteria)
}

/// A word, or `key:value`; the value perhaps in quotes.
#[derive(Debug, PartialEq, Eq)]
struct Token<'a> {
    text: &'a str,
    key: Option<&'a str>,
    value: String,
}

fn tokens(query: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = query.trim_start();
    while !rest.is_empty() {
        let length = token_length(rest);
        tokens.push(token(&rest[..length]));
        rest = rest[length..].trim_start();
    }
    tokens
}

/// Up to the next blank that is not in quotes.
fn token_length(text: &str) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if character.is_whitespace() && !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

fn token(text: &str) -> Token<'_> {
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_.-!".contains(c));
    match text.split_once(':') {
        // `http://…` is a word.
        Some((key, value)) if is_key(key) && !value.is_empty() && !value.starts_with("//") => {
            Token { text, key: Some(key), value: unquoted(value) }
        }
        _ => Token { text, key: None, value: unquoted(text) },
    }
}

fn unquoted(text: &str) -> String {
    match text.strip_prefix('"').map(|inner| inner.strip_suffix('"').unwrap_or(inner)) {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => text.to_owned(),
    }
}

impl Token<'_> {
    /// Adds the criterion; `false` where the token is not understood.
    fn apply(&self, criteria: &mut Criteria, user_id: UserId, now: DateTime<Utc>) -> bool {
        let value = self.value.as_str();
        match self.key {
            None => {
                if !value.is_empty() {
                    criteria.words.push(value.to_owned());
                }
                true
            }
            Some("is") => apply_state(criteria, value),
            Some("assigned" | "assignee") => match value {
                "me" => set(&mut criteria.assigned, Assigned::To(user_id)),
                "none" => set(&mut criteria.assigned, Assigned::Nobody),
                _ => false,
            },
            Some("bookmarks") if value == "me" => set(&mut criteria.bookmarked_by, user_id),
            Some("level") => Level::parse(value).is_some_and(|level| set(&mut criteria.level, level)),
            Some("age") => age(value).is_some_and(|age| set(&mut criteria.first_seen_after, now - age)),
            Some(key) if key.starts_with('!') || key == "bookmarks" || RESERVED.contains(&key) => false,
            Some(key) => {
                criteria.tags.push((key.to_owned(), value.to_owned()));
                true
            }
        }
    }
}

fn apply_state(criteria: &mut Criteria, value: &str) -> bool {
    match value {
        "unresolved" => set(&mut criteria.status, Status::Unresolved),
        "resolved" => set(&mut criteria.status, Status::Resolved),
        "ignored" | "muted" => set(&mut criteria.status, Status::Ignored),
        "assigned" => set(&mut criteria.assigned, Assigned::Anybody),
        "unassigned" => set(&mut criteria.assigned, Assigned::Nobody),
        "regressed" => {
            criteria.is_regressed = true;
            true
        }
        _ => false,
    }
}

fn set<T>(place: &mut Option<T>, value: T) -> bool {
    *place = Some(value);
    true
}

/// `-24h`: younger than that.
fn age(value: &str) -> Option<TimeDelta> {
    let value = value.strip_prefix('-')?;
    let unit = value.chars().last()?;
    let number: i64 =
        value[..value.len() - unit.len_utf8()].parse().ok().filter(|number| (0..=100_000).contains(number))?;
    match unit {
        'm' => TimeDelta::try_minutes(number),
        'h' => TimeDelta::try_hours(number),
        'd' => TimeDelta::try_days(number),
        'w' => TimeDelta::try_weeks(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::parse;
    use crate::store::search::{Assigned, Criteria};
    use crate::types::ids::UserId;
    use crate::types::level::Level;
    use crate::types::lifecycle::Status;

    fn read(query: &str) -> Result<Criteria, String> {
        parse(query, UserId(7), DateTime::from_timestamp(1_000_000, 0).unwrap()).map_err(|error| error.token)
    }

    #[test]
    fn tokens_become_criteria() {
        let criteria = read(
            r#"is:unresolved assigned:me level:warn browser:"Firefox \"126\"" age:-24h time out "two words" http://x"#,
        )
        .unwrap();
        assert_eq!(criteria.status, Some(Status::Unresolved));
        assert_eq!(criteria.assigned, Some(Assigned::To(UserId(7))));
        assert_eq!(criteria.level, Some(Level::Warning));
        assert_eq!(criteria.tags, [("browser".to_owned(), "Firefox \"126\"".to_owned())]);
        assert_eq!(criteria.words, ["time", "out", "two words", "http://x"]);
        assert_eq!(criteria.first_seen_after, DateTime::from_timestamp(1_000_000 - 86_400, 0));
        assert!(read("  ").unwrap().status.is_none());
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (query, token) in [
            ("a is:gone b", "is:gone"),
            ("timesSeen:>100", "timesSeen:>100"),
            ("!browser:x", "!browser:x"),
            ("level:loud", "level:loud"),
            ("age:24h", "age:24h"),
            ("age:-9999999999999h", "age:-9999999999999h"),
            ("assigned:\"some body\"", "assigned:\"some body\""),
        ] {
            assert_eq!(read(query).unwrap_err(), token);
        }
        assert!(read(&"a ".repeat(50)).is_err());
        assert!(read("\"open é").is_ok());
    }
}

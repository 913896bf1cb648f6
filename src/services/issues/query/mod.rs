//! What people type into the search of issues: `is:unresolved !browser:Fire* firstSeen:-24h "timed out"`
//! (docs/search.md).
//!
//! A token that is not understood is an error with its place, so that nobody reads a list that ignored half of the
//! question.

mod keys;
mod tokens;
mod values;

use std::fmt;
use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::store::search::Criteria;
use crate::types::ids::UserId;

/// Longest query, in characters.
pub const MAX_LENGTH: usize = 4_096;
/// As many tokens as a query has at most: each costs a condition.
pub const MAX_TOKENS: usize = 40;

/// A token that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{token}` (from character {}) is not understood: {expected}", .characters + 1)]
pub struct InvalidToken {
    pub token: String,
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// How many characters stand before it.
    pub characters: usize,
    pub expected: Expected,
}

/// What should stand there instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// One of what `is:` knows.
    State,
    Level,
    /// A number, perhaps with a comparison.
    Number,
    /// Relative or absolute.
    Time,
    /// Something after the colon.
    Value,
    /// No wildcard.
    NoWildcard,
    ShortId,
    ClosingQuote,
    /// No `AND`, `OR`: all tokens must be met.
    NoBoolean,
    FewerTokens,
    ShorterQuery,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::State => {
                "one of unresolved, resolved, ignored, muted, assigned, unassigned, regressed, linked, unlinked is expected"
            }
            Self::Level => "one of fatal, error, warning, info, debug is expected",
            Self::Number => "a number like 100, >100 or <=100 is expected",
            Self::Time => "a time like -24h, +2w, 2026-11-20, 2026-11-20T12:00 or >=2026-11-20 is expected",
            Self::Value => "a value is expected after the colon",
            Self::NoWildcard => "a wildcard cannot stand here",
            Self::ShortId => "a short id like SHOP-1A is expected",
            Self::ClosingQuote => "the closing quote is missing",
            Self::NoBoolean => "AND and OR are not part of the language; all tokens have to be met",
            Self::FewerTokens => return write!(f, "a query has at most {MAX_TOKENS} tokens"),
            Self::ShorterQuery => return write!(f, "a query has at most {MAX_LENGTH} characters"),
        })
    }
}

/// Reads a query into criteria; the caller adds the projects.
pub fn parse(query: &str, user_id: UserId, now: DateTime<Utc>) -> Result<Criteria, InvalidToken> {
    if let Some((end, _)) = query.char_indices().nth(MAX_LENGTH) {
        let start = query[..end].char_indices().rev().nth(20).map_or(0, |(start, _)| start);
        return Err(invalid(query, start..end, Expected::ShorterQuery));
    }
    let mut criteria = Criteria::default();
    for (place, token) in tokens::Tokens::of(query).enumerate() {
        let token = token.map_err(|span| invalid(query, span, Expected::ClosingQuote))?;
        let term = if place < MAX_TOKENS { keys::term(&token, user_id, now) } else { Err(Expected::FewerTokens) };
        match term {
            Ok(term) => criteria.terms.extend(term),
            Err(expected) => return Err(invalid(query, token.span, expected)),
        }
    }
    Ok(criteria)
}

fn invalid(query: &str, span: Range<usize>, expected: Expected) -> InvalidToken {
    let characters = query[..span.start].chars().count();
    InvalidToken { token: query[span.clone()].to_owned(), span, characters, expected }
}

#[cfg(test)]
mod tests;

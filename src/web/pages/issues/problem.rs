//! A query that is not understood, with its wrong token marked in place.

use crate::messages::{Messages, grouped};
use crate::services::issues::query::{Expected, InvalidToken, MAX_LENGTH, MAX_TOKENS};
use crate::web::visible;

/// Characters shown before and after the token.
const AROUND: usize = 120;

pub struct Problem {
    pub before: String,
    pub token: String,
    pub after: String,
    pub message: String,
}

impl Problem {
    pub fn of(error: &InvalidToken, query: &str, t: Messages) -> Self {
        let before: Vec<char> = query[..error.span.start].chars().rev().take(AROUND).collect();
        let after = query[error.span.end..].chars().take(AROUND).collect();
        Self {
            before: visible::string(before.into_iter().rev().collect()),
            token: visible::string(error.token.chars().take(AROUND).collect()),
            after: visible::string(after),
            message: message(error.expected, t),
        }
    }
}

fn message(expected: Expected, t: Messages) -> String {
    let limit = |limit: usize| grouped(i64::try_from(limit).unwrap_or(i64::MAX));
    match expected {
        Expected::State => t.search_expected_state(),
        Expected::Level => t.search_expected_level(),
        Expected::Number => t.search_expected_number(),
        Expected::Time => t.search_expected_time(),
        Expected::Value => t.search_expected_value(),
        Expected::NoWildcard => t.search_expected_no_wildcard(),
        Expected::ShortId => t.search_expected_short_id(),
        Expected::ClosingQuote => t.search_expected_quote(),
        Expected::NoBoolean => t.search_expected_no_boolean(),
        Expected::FewerTokens => return t.search_expected_fewer_tokens(limit(MAX_TOKENS)),
        Expected::ShorterQuery => return t.search_expected_shorter(limit(MAX_LENGTH)),
    }
    .to_owned()
}

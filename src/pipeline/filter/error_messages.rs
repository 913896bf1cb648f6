//! Messages and errors that are known and not wanted.

use crate::types::project_settings::InboundFilters;

use super::Filter;
use super::candidate::Candidate;
use super::glob::matches_any;

pub struct ErrorMessages;

impl Filter for ErrorMessages {
    fn reason(&self) -> &'static str {
        "error-message"
    }

    fn is_on(&self, filters: &InboundFilters) -> bool {
        !filters.error_messages.is_empty()
    }

    fn refuses(&self, candidate: &Candidate<'_>, filters: &InboundFilters) -> bool {
        candidate.messages().any(|message| matches_any(&filters.error_messages, message))
            || candidate.exception_texts().any(|text| matches_any(&filters.error_messages, &text))
    }
}

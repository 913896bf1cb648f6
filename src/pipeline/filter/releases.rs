//! Releases that nobody supports any more.

use crate::types::project_settings::InboundFilters;

use super::Filter;
use super::candidate::Candidate;
use super::glob::matches_any;

pub struct Releases;

impl Filter for Releases {
    fn reason(&self) -> &'static str {
        "release-version"
    }

    fn is_on(&self, filters: &InboundFilters) -> bool {
        !filters.releases.is_empty()
    }

    fn refuses(&self, candidate: &Candidate<'_>, filters: &InboundFilters) -> bool {
        candidate.release().is_some_and(|release| matches_any(&filters.releases, release))
    }
}

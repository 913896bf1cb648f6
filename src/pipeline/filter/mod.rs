//! Inbound filters: which events are refused before they are stored (ingest.md 13).
//!
//! They look at the raw tree, before normalisation, so that any shape and any of the old names must be expected
//! ([`candidate`]).

mod browser_extensions;
mod candidate;
mod csp_sources;
mod error_messages;
mod glob;
mod ip_addresses;
mod legacy_browsers;
mod localhost;
mod releases;
mod web_crawlers;

use crate::pipeline::Receipt;
use crate::types::json::Object;
use crate::types::project_settings::InboundFilters;

use candidate::Candidate;

/// A reason to refuse events.
trait Filter: Sync {
    /// The key that outcomes are counted under.
    fn reason(&self) -> &'static str;
    /// Whether a project uses it; asked first, so that what is switched off costs nothing.
    fn is_on(&self, filters: &InboundFilters) -> bool;
    fn refuses(&self, candidate: &Candidate<'_>, filters: &InboundFilters) -> bool;
}

/// Every filter, in the order they are asked.
const FILTERS: &[&dyn Filter] = &[
    &csp_sources::CspSources,
    &ip_addresses::IpAddresses,
    &releases::Releases,
    &error_messages::ErrorMessages,
    &localhost::Localhost,
    &browser_extensions::BrowserExtensions,
    &legacy_browsers::LegacyBrowsers,
    &web_crawlers::WebCrawlers,
];

/// Why an event is refused; the first filter that matches names the reason.
pub fn reason(event: &Object<'_>, receipt: &Receipt, filters: &InboundFilters) -> Option<&'static str> {
    let candidate = Candidate { event, receipt };
    let refuses = |filter: &&&dyn Filter| filter.is_on(filters) && filter.refuses(&candidate, filters);
    FILTERS.iter().find(refuses).map(|filter| filter.reason())
}

#[cfg(test)]
mod tests;

//! Inbound filters: which events are refused before they are stored (ingest.md 13).
//!
//! They look at the raw tree, before normalisation, so that any shape must be expected.

use crate::pipeline::Receipt;
use crate::types::json::Object;
use crate::types::project_settings::InboundFilters;

/// Why an event is refused; the first filter that matches names the reason.
pub fn reason(event: &Object<'_>, receipt: &Receipt, filters: &InboundFilters) -> Option<&'static str> {
    let _ = (event, receipt, filters);
    None
}

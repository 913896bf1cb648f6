//! Reports about content that extensions, tool bars and network providers put into pages.

use std::sync::LazyLock;

use crate::protocol::origin::{AllowedDomains, Origin};
use crate::types::project_settings::InboundFilters;

use super::Filter;
use super::candidate::Candidate;

pub struct CspSources;

/// Sources that say nothing about a site. `about` alone is how some browsers name their own pages.
const NOISE: [&str; 30] = [
    "chrome://*",
    "chrome-extension://*",
    "chromenull://*",
    "chromeinvokeimmediate://*",
    "safari-extension://*",
    "safari-web-extension://*",
    "ms-browser-extension://*",
    "moz-extension://*",
    "mxaddon-pkg://*",
    "jar://*",
    "resource://*",
    "symres://*",
    "tmtbff://*",
    "mbinit://*",
    "webviewprogressproxy://*",
    "localhost",
    "addons.mozilla.org",
    "*.metrext.com",
    "static.image2play.com",
    "*.tlscdn.com",
    "73a5b0806e464be8bd4e694c744624f0.com",
    "020dfefc4ac745dab7594f2f771c1ded.com",
    "*.superfish.com",
    "v.zilionfast.in",
    "widgets.amung.us",
    "xls.searchfun.in",
    "istatic.datafastguru.info",
    "resultsz.com",
    "*.jollywallet.com",
    "nikkomsgchannel",
];

static NOISE_PATTERNS: LazyLock<AllowedDomains> = LazyLock::new(|| AllowedDomains::new(NOISE));

impl Filter for CspSources {
    fn reason(&self) -> &'static str {
        "invalid-csp"
    }

    fn is_on(&self, filters: &InboundFilters) -> bool {
        filters.csp_defaults || !filters.csp_ignored_sources.is_empty()
    }

    fn refuses(&self, candidate: &Candidate<'_>, filters: &InboundFilters) -> bool {
        let Some(report) = candidate.csp_report() else { return false };
        let own = AllowedDomains::new(filters.csp_ignored_sources.iter().map(String::as_str));
        let names = ["blocked-uri", "blocked_uri", "source-file", "source_file"];
        names.into_iter().filter_map(|name| report.get_str(name)).map(str::trim).any(|uri| {
            let origin = Origin::from_uri(uri);
            let is_own = filters.csp_ignored_sources.iter().any(|source| source.trim().eq_ignore_ascii_case(uri));
            let is_noise = filters.csp_defaults
                && (uri == "about"
                    || is_noisy_scheme(uri)
                    || (origin.is_some() && NOISE_PATTERNS.allow(origin.as_ref())));
            is_noise || is_own || (origin.is_some() && own.allow(origin.as_ref()))
        })
    }
}

/// Browsers cut the URI of an extension down to its scheme.
fn is_noisy_scheme(uri: &str) -> bool {
    NOISE.iter().filter_map(|source| source.strip_suffix("://*")).any(|scheme| scheme.eq_ignore_ascii_case(uri))
}

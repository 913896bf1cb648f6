//! Events of developers' own machines.

use crate::types::project_settings::InboundFilters;

use super::Filter;
use super::candidate::Candidate;

pub struct Localhost;

impl Filter for Localhost {
    fn reason(&self) -> &'static str {
        "localhost"
    }

    fn is_on(&self, filters: &InboundFilters) -> bool {
        filters.localhost
    }

    fn refuses(&self, candidate: &Candidate<'_>, _: &InboundFilters) -> bool {
        let is_local = |address: std::net::IpAddr| {
            address == std::net::Ipv4Addr::LOCALHOST || address == std::net::Ipv6Addr::LOCALHOST
        };
        candidate.addresses().any(is_local) || candidate.url().is_some_and(has_local_host)
    }
}

fn has_local_host(url: &str) -> bool {
    let url = url::Url::parse(url).ok();
    url.as_ref().and_then(url::Url::host_str).is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"))
}

//! Events from or about these addresses and networks.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::types::project_settings::InboundFilters;

use super::Filter;
use super::candidate::Candidate;

pub struct IpAddresses;

impl Filter for IpAddresses {
    fn reason(&self) -> &'static str {
        "ip-address"
    }

    fn is_on(&self, filters: &InboundFilters) -> bool {
        !filters.ip_addresses.is_empty()
    }

    fn refuses(&self, candidate: &Candidate<'_>, filters: &InboundFilters) -> bool {
        let networks: Vec<IpNet> = filters.ip_addresses.iter().filter_map(|text| network(text.trim())).collect();
        candidate.addresses().any(|address| networks.iter().any(|network| network.contains(&address)))
    }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

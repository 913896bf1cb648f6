//! Reports that browsers send by themselves: CSP, HPKP, Expect-CT and relatives.

use super::values;
use crate::messages::Messages;
use crate::protocol::interfaces::security::SecurityReport;
use crate::web::markup::Markup;

pub struct SecurityView<'a> {
    pub title: &'static str,
    pub rows: Vec<(&'a str, Markup)>,
}

/// Members in the order people ask for them; the rest follows.
const FIRST: [&str; 7] = [
    "effective_directive",
    "blocked_uri",
    "violated_directive",
    "document_uri",
    "source_file",
    "line_number",
    "script_sample",
];

pub fn view<'a>(report: &SecurityReport<'a>, t: Messages) -> SecurityView<'a> {
    let title = match report.kind {
        "csp" => t.event_csp_report(),
        "hpkp" => t.event_hpkp_report(),
        "expectct" => t.event_expect_ct_report(),
        "expectstaple" => t.event_expect_staple_report(),
        _ => t.event_network_report(),
    };
    let rank = |name: &str| FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
    let mut members: Vec<_> = report.members.iter().filter(|(_, value)| !value.is_empty()).take(40).collect();
    members.sort_by_key(|(name, _)| rank(name));
    SecurityView { title, rows: values::rows(members.into_iter(), t) }
}

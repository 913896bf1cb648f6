//! `csp`, `hpkp`, `expectct`, `expectstaple`, `nel`: reports that browsers send by themselves (normalize.md 13).

use crate::types::json::{Json, Object};

/// The report of an event: its kind and its members, in snake case.
#[derive(Clone, Copy, Debug)]
pub struct SecurityReport<'a> {
    pub kind: &'static str,
    pub members: &'a Object<'a>,
}

const KINDS: [&str; 5] = ["csp", "hpkp", "expectct", "expectstaple", "nel"];

impl<'a> SecurityReport<'a> {
    /// Finds the report in an event.
    pub fn find(event: &'a Json<'a>) -> Option<Self> {
        let object = |kind: &'static str| Some(Self { kind, members: event.get(kind)?.as_object()? });
        KINDS.into_iter().find_map(object)
    }
}

//! What was wrong with an event, in the words of the API.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::protocol::interfaces::problem::Problem;
use crate::types::json::Object;

#[derive(Serialize)]
pub struct ProblemView<'a> {
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    message: &'static str,
    data: Data<'a>,
}

/// Every member but the type.
struct Data<'a>(&'a Object<'a>);

impl<'a> ProblemView<'a> {
    pub fn of(problem: Problem<'a>) -> Self {
        Self { message: message(&problem.kind), data: Data(problem.members), kind: problem.kind }
    }
}

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0.iter().filter(|(key, _)| *key != "type") {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

fn message(kind: &str) -> &'static str {
    match kind {
        "invalid_data" => "Discarded invalid value",
        "invalid_attribute" => "Discarded unknown attribute",
        "invalid_environment" => "Discarded invalid environment",
        "missing_attribute" => "Missing value for a required attribute",
        "value_too_long" => "Discarded value due to exceeding maximum length",
        "clock_drift" => "Clock drift detected in the SDK",
        "past_timestamp" => "The event is too old",
        "future_timestamp" => "The event is from the future",
        "js_no_source" => "Source code was not found",
        "js_invalid_source" => "Source code was not valid",
        "js_invalid_sourcemap" => "The source map was not valid",
        "js_missing_source" => "The source map does not contain the source",
        "js_no_sourcemap" => "The source map was not found",
        _ => "The event could not be processed as it was sent",
    }
}

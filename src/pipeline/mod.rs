//! One event from raw to ready.
//!
//! The stages, in order (architecture.md 3, normalize.md 1):
//!
//! 1. `filter`: inbound filters look at the raw data; what they refuse ends as [`Outcome::Filtered`].
//! 2. `normalize`: every attribute into its canonical shape; a bad value is dropped and noted in the event's `errors`.
//! 3. `symbolicate`: minified JavaScript back into source, by artifacts that were uploaded.
//! 4. `modules`, `in_app`: what frames belong to, and whose they are.
//! 5. `scrub`: secrets leave before anything is persisted.
//! 6. `summarize`: type, title, culprit, tags, search text.
//! 7. `group`: the project's fingerprint rules, then the hashes that lead to the issue.
//!
//! All of it is pure but for the look-ups that stage 3 asks for, and none of it fails for bad client data.

pub mod filter;
pub mod frames;
pub mod glob;
pub mod group;
pub mod in_app;
pub mod modules;
pub mod normalize;
pub mod open;
pub mod ownership;
pub mod rule_text;
pub mod scrub;
pub mod summarize;
pub mod symbolicate;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::group::rules::Rules;
use self::summarize::Summary;
use self::symbolicate::Gathered;
use crate::types::{
    hash::EventHash,
    json::{Json, Object},
    project_settings::ProjectSettings,
};

/// What the server knows of a request when it takes an event in.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The id the client was told: the header's, else the payload's, else one of ours.
    pub event_id: Uuid,
    pub received_at: DateTime<Utc>,
    pub client_ip: Option<IpAddr>,
    /// `sentry_client`, else the User-Agent; fills `sdk` where the payload has none.
    pub client: String,
    /// The request's User-Agent header (security reports and filters).
    pub user_agent: String,
    /// The envelope's `sent_at`, for clock drift.
    pub sent_at: Option<DateTime<Utc>>,
}

/// What became of an event.
#[derive(Clone, Debug)]
pub enum Outcome {
    Ready(Box<ReadyEvent>),
    /// An inbound filter refused it, for this reason.
    Filtered(&'static str),
}

/// An event as it is stored.
#[derive(Clone, Debug)]
pub struct ReadyEvent {
    /// The primary one first.
    pub hashes: Vec<EventHash>,
    pub summary: Summary,
    /// The whole event.
    pub json: Vec<u8>,
}

/// Looks up what an event's frames need.
pub type LookUp<'l> = &'l dyn Fn(&symbolicate::Request) -> Gathered;

/// Takes an event through all stages.
pub fn process(
    mut event: Object<'_>,
    receipt: &Receipt,
    (settings, rules): (&ProjectSettings, &Rules),
    look_up: LookUp<'_>,
) -> Outcome {
    if let Some(reason) = filter::reason(&event, receipt, &settings.filters) {
        return Outcome::Filtered(reason);
    }
    normalize::normalize(&mut event, receipt);
    if let Some(request) = symbolicate::request::of(&event) {
        symbolicate::frames::apply(&mut event, &look_up(&request));
    }
    refine(&mut event, settings);
    let mut summary = summarize::summarize(&event);
    if let Some(title) = rules.apply(&mut event, &summary.tags) {
        summary.rename(&title);
    }
    let hashes = group::hashes(&event, settings);
    let json = finished(event, &hashes, &summary);
    Outcome::Ready(Box::new(ReadyEvent { hashes, summary, json }))
}

/// The stages that follow from what frames are, before anything is stored or shown.
pub fn refine(event: &mut Object<'_>, settings: &ProjectSettings) {
    modules::apply(event);
    in_app::apply(event);
    symbolicate::frames::copy_in_app(event);
    scrub::scrub(event, settings);
}

/// The event with what was derived from it.
fn finished(mut event: Object<'_>, hashes: &[EventHash], summary: &Summary) -> Vec<u8> {
    let pair = |(key, value): &(String, String)| Json::Array(vec![Json::text(key), Json::text(value)]);
    event.insert("type", Json::from(summary.event_type));
    event.insert("title", Json::text(&summary.title));
    event.insert("culprit", Json::text(&summary.culprit));
    event.insert("location", summary.location.as_ref().map_or(Json::Null, Json::text));
    event.insert("metadata", summary.metadata.clone());
    event.insert("tags", summary.tags.iter().map(pair).collect::<Vec<_>>());
    event.insert("hashes", hashes.iter().map(|hash| Json::text(hash.to_string())).collect::<Vec<_>>());
    let mut json = Vec::with_capacity(16 << 10);
    event.write(&mut json);
    json
}

#[cfg(test)]
mod tests;

//! What the worker hands over to be saved together.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::pipeline::summarize::Summary;
use crate::store::outcomes::OutcomeKey;
use crate::types::{
    hash::EventHash,
    ids::{ProjectId, ProjectKeyId},
};
use crate::volatile::event_stream::QueuedAttachment;

/// Events and outcomes that one transaction saves.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub events: Vec<BatchEvent>,
    /// Of what is not stored: filtered, invalid.
    pub outcomes: OutcomeCounts,
}

/// A processed event with the facts of its receipt.
#[derive(Clone, Debug)]
pub struct BatchEvent {
    pub project_id: ProjectId,
    pub key_id: ProjectKeyId,
    pub event_id: Uuid,
    pub received_at: DateTime<Utc>,
    pub hashes: Vec<EventHash>,
    pub summary: Summary,
    /// Bytes before compression.
    pub size: i32,
    /// Packed with `store::event_body`.
    pub body: Vec<u8>,
    pub attachments: Vec<QueuedAttachment>,
    /// It may have been saved before: its worker died, perhaps after the commit.
    pub is_redelivered: bool,
}

/// Quantities by what is counted together.
#[derive(Clone, Debug, Default)]
pub struct OutcomeCounts(HashMap<OutcomeKey, i64>);

impl OutcomeCounts {
    /// Counts one request of the category `error`.
    pub fn count(
        &mut self,
        (project_id, key_id): (ProjectId, ProjectKeyId),
        received_at: DateTime<Utc>,
        outcome: &'static str,
        reason: &str,
    ) {
        let (hour, reason) = (hour_of(received_at), reason.to_owned());
        let key = OutcomeKey { project_id, key_id, hour, outcome, reason, category: "error" };
        *self.0.entry(key).or_default() += 1;
    }

    pub fn merge(&mut self, other: Self) {
        for (key, quantity) in other.0 {
            *self.0.entry(key).or_default() += quantity;
        }
    }

    pub fn to_vec(&self) -> Vec<(OutcomeKey, i64)> {
        self.0.iter().map(|(key, quantity)| (key.clone(), *quantity)).collect()
    }
}

/// The hour a time falls into.
pub fn hour_of(time: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = time.timestamp();
    DateTime::from_timestamp(seconds - seconds.rem_euclid(3600), 0).unwrap_or(time)
}

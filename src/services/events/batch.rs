//! What the worker hands over to be saved together.

use std::collections::HashMap;
use std::io;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::pipeline::summarize::Summary;
use crate::store::{event_body, outcomes::OutcomeKey};
use crate::types::{
    hash::EventHash,
    ids::{ProjectId, ProjectKeyId},
    stream_id::StreamId,
};
use crate::volatile::event_stream::QueuedAttachment;

/// Events and outcomes that one transaction saves.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub events: Vec<BatchEvent>,
    /// What is not stored, but counted.
    pub refused: Vec<Refused>,
}

/// An event that is not stored: filtered, invalid, sent before.
#[derive(Clone, Debug)]
pub struct Refused {
    pub entry: StreamId,
    pub project_id: ProjectId,
    pub key_id: ProjectKeyId,
    pub event_id: Uuid,
    pub received_at: DateTime<Utc>,
    /// What became of it, and why.
    pub outcome: (&'static str, &'static str),
    /// What outcomes count it as: `error`, `security`.
    pub category: &'static str,
    /// It may have been counted before: its worker died, perhaps after the commit.
    pub is_redelivered: bool,
}

/// A processed event with the facts of its receipt.
#[derive(Clone, Debug)]
pub struct BatchEvent {
    /// The entry it came in.
    pub entry: StreamId,
    pub project_id: ProjectId,
    pub key_id: ProjectKeyId,
    pub event_id: Uuid,
    pub received_at: DateTime<Utc>,
    pub hashes: Vec<EventHash>,
    pub summary: Summary,
    /// Bytes before compression.
    pub size: i32,
    pub body: NewBody,
    pub attachments: Vec<QueuedAttachment>,
    /// It may have been saved before: its worker died, perhaps after the commit.
    pub is_redelivered: bool,
    /// What outcomes count it as: `error`, `security`.
    pub category: &'static str,
}

/// The event's JSON on its way to the database.
#[derive(Clone, Debug)]
pub enum NewBody {
    /// To be packed when it is known what it can refer to (`bodies`).
    Json(Bytes),
    /// Too large to wait in memory: packed with the dictionary (`store::event_body`).
    Packed(Vec<u8>),
}

/// Larger bodies do not wait in memory: a batch has hundreds.
const MAX_WAITING: usize = 64 << 10;

impl NewBody {
    pub fn of(mut json: Vec<u8>) -> io::Result<Self> {
        if json.len() > MAX_WAITING {
            return event_body::pack(&json).map(Self::Packed);
        }
        json.shrink_to_fit();
        Ok(Self::Json(json.into()))
    }

    pub fn json(&self) -> io::Result<Bytes> {
        match self {
            Self::Json(json) => Ok(json.clone()),
            Self::Packed(body) => event_body::unpack(body, None).map(Bytes::from),
        }
    }
}

/// Quantities by what is counted together.
#[derive(Clone, Debug, Default)]
pub struct OutcomeCounts(HashMap<OutcomeKey, i64>);

impl OutcomeCounts {
    /// Counts one event.
    pub fn count(
        &mut self,
        (project_id, key_id): (ProjectId, ProjectKeyId),
        received_at: DateTime<Utc>,
        (outcome, reason): (&'static str, &'static str),
        category: &'static str,
    ) {
        let (hour, reason) = (hour_of(received_at), reason.to_owned());
        let key = OutcomeKey { project_id, key_id, hour, outcome, reason, category };
        *self.0.entry(key).or_default() += 1;
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

impl BatchEvent {
    /// The hash that names its kind: every event has at least one.
    pub fn primary_hash(&self) -> EventHash {
        *self.hashes.first().expect("every event has a primary hash")
    }

    /// The event as one that is not stored.
    pub fn refused(&self, outcome: (&'static str, &'static str)) -> Refused {
        Refused {
            entry: self.entry,
            project_id: self.project_id,
            key_id: self.key_id,
            event_id: self.event_id,
            received_at: self.received_at,
            outcome,
            category: self.category,
            is_redelivered: self.is_redelivered,
        }
    }

    /// PostgreSQL stores U+0000 in no text; one event with it must not fail a batch.
    pub fn remove_nul(&mut self) {
        let summary = &mut self.summary;
        let texts = [&mut summary.platform, &mut summary.logger, &mut summary.title, &mut summary.culprit];
        let optional = [&mut summary.release, &mut summary.dist, &mut summary.environment];
        let tags = summary.tags.iter_mut().flat_map(|(key, value)| [key, value]);
        let files = self.attachments.iter_mut().flat_map(|file| [&mut file.name, &mut file.content_type]);
        let all =
            texts.into_iter().chain([&mut summary.message, &mut summary.names]).chain(optional.into_iter().flatten());
        let user = summary.user.texts_mut();
        for text in all.chain(tags).chain(user).chain(files).filter(|text| text.contains('\0')) {
            *text = text.replace('\0', "\u{fffd}");
        }
    }
}

//! The stream of accepted events: what ingest appends and workers take.
//!
//! An entry is a promise made to a client. It stays in the stream until a worker has committed it to PostgreSQL and
//! acknowledged it; a worker that dies leaves its entries pending, and another takes them over. The body is queued as
//! it came (bytes are what Redis costs), the facts of the receipt are one small JSON header, so that processes of two
//! versions understand each other during an upgrade.

mod dead;
mod reader;

use std::net::IpAddr;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use redis::streams::StreamRangeReply;
use redis::{AsyncCommands, RedisResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Volatile;
use crate::types::{
    entry_kind::EntryKind,
    ids::{ProjectId, ProjectKeyId},
};

pub use dead::DeadEvent;
pub use reader::EventReader;

/// Consumer group that all workers share.
const GROUP: &str = "workers";
/// Field of an entry that holds the facts.
const FACTS: &str = "h";
/// Field of an entry that holds the body.
const BODY: &str = "b";
/// Field of a dead event that says why it could not be saved.
const REASON: &str = "r";

/// What ingest knows about a request without having read its body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryFacts {
    #[serde(rename = "t")]
    pub kind: EntryKind,
    #[serde(rename = "p")]
    pub project_id: ProjectId,
    #[serde(rename = "k")]
    pub key_id: ProjectKeyId,
    /// The id the client was told.
    #[serde(rename = "e", with = "uuid::serde::simple")]
    pub event_id: Uuid,
    #[serde(rename = "r", with = "chrono::serde::ts_milliseconds")]
    pub received_at: DateTime<Utc>,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<IpAddr>,
    /// `sentry_client`, else the User-Agent.
    #[serde(rename = "c", default, skip_serializing_if = "String::is_empty")]
    pub client: String,
    #[serde(rename = "u", default, skip_serializing_if = "String::is_empty")]
    pub user_agent: String,
    /// The body's Content-Encoding as declared: `gzip`, `deflate`, `br`, `zstd`; empty: none.
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    pub encoding: String,
    /// The envelope's `sent_at`.
    #[serde(rename = "s", default, with = "chrono::serde::ts_milliseconds_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
    /// Files of the request that ingest has put into the blob store already.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<QueuedAttachment>,
}

/// A file that came with an event and lies in the blob store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueuedAttachment {
    pub name: String,
    pub content_type: String,
    /// `event.attachment`, `event.minidump`, …
    pub kind: String,
    pub size: u64,
    /// Key in the blob store.
    pub blob: String,
}

/// An accepted request on its way into the stream.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub facts: EntryFacts,
    /// As it came, compressed or not.
    pub body: Bytes,
}

/// An accepted request as a worker takes it.
#[derive(Clone, Debug)]
pub struct StreamEntry {
    /// Its place in the stream; what is acknowledged.
    pub stream_id: String,
    pub facts: EntryFacts,
    pub body: Bytes,
    /// It was delivered before, and perhaps saved.
    pub is_redelivered: bool,
}

impl EntryFacts {
    fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("plain fields always serialise")
    }
}

impl Volatile {
    /// Queues an accepted request. When this returns, the promise is Redis's.
    pub async fn append(&self, entry: &NewEntry) -> RedisResult<()> {
        let facts = entry.facts.to_json();
        let mut command = redis::cmd("XADD");
        command.arg(self.event_stream()).arg("*").arg(FACTS).arg(facts).arg(BODY).arg(&entry.body[..]);
        command.query_async(&mut self.connection.clone()).await
    }

    /// Removes entries whose events are committed. Both commands take effect together, so that an acknowledged entry
    /// never lingers in the stream.
    pub async fn acknowledge(&self, stream_ids: &[String]) -> RedisResult<()> {
        if stream_ids.is_empty() {
            return Ok(());
        }
        let key = self.event_stream();
        let mut pipe = redis::pipe();
        pipe.atomic().xack(&key, GROUP, stream_ids).ignore().xdel(&key, stream_ids).ignore();
        pipe.query_async(&mut self.connection.clone()).await
    }

    /// Entries waiting or in a worker's hands.
    pub async fn queue_length(&self) -> RedisResult<u64> {
        self.connection.clone().xlen(self.event_stream()).await
    }

    /// When the oldest entry still in the stream was appended.
    pub async fn oldest_queued_at(&self) -> RedisResult<Option<DateTime<Utc>>> {
        let reply: StreamRangeReply = self.connection.clone().xrange_count(self.event_stream(), "-", "+", 1).await?;
        Ok(reply.ids.first().and_then(|entry| appended_at(&entry.id)))
    }
}

/// The time that Redis puts into the ids it makes: `<milliseconds>-<sequence>`.
fn appended_at(stream_id: &str) -> Option<DateTime<Utc>> {
    let (milliseconds, _) = stream_id.split_once('-')?;
    DateTime::from_timestamp_millis(milliseconds.parse().ok()?)
}

#[cfg(test)]
mod tests;

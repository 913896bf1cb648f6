//! Events that could not be saved: kept with the reason, until a person replays or drops them.

use chrono::{DateTime, Utc};
use redis::{AsyncCommands, RedisResult, Value};

use super::reader::{RawEntry, entries_of};
use super::{BODY, EntryFacts, FACTS, GROUP, REASON, appended_at};
use crate::volatile::Volatile;

/// An event that was given up.
#[derive(Clone, Debug)]
pub struct DeadEvent {
    /// Its place among the dead; what is replayed or dropped.
    pub id: String,
    pub died_at: Option<DateTime<Utc>>,
    pub reason: String,
    /// `None`: not even these could be read.
    pub facts: Option<EntryFacts>,
    pub body_bytes: usize,
}

impl Volatile {
    /// Moves an entry from the stream to the dead, in one step.
    pub async fn bury(&self, stream_id: &str, reason: &str) -> RedisResult<()> {
        tracing::error!(entry.id = stream_id, reason, "an event could not be saved and was put aside");
        let stream = self.event_stream();
        let reply: Value = self.connection.clone().xrange_count(&stream, stream_id, stream_id, 1).await?;
        let mut pipe = redis::pipe();
        pipe.atomic();
        if let Some(entry) = entries_of(reply).pop() {
            let fields = [(FACTS, &entry.facts[..]), (BODY, &entry.body[..]), (REASON, reason.as_bytes())];
            pipe.xadd(self.dead_events(), "*", &fields).ignore();
        }
        pipe.xack(&stream, GROUP, &[stream_id]).ignore().xdel(&stream, &[stream_id]).ignore();
        pipe.query_async(&mut self.connection.clone()).await
    }

    pub async fn count_dead_events(&self) -> RedisResult<u64> {
        self.connection.clone().xlen(self.dead_events()).await
    }

    /// The newest dead events first; `before` is the last id of the previous page.
    pub async fn list_dead_events(&self, before: Option<&str>, count: usize) -> RedisResult<Vec<DeadEvent>> {
        let newest = before.map_or_else(|| "+".to_owned(), |id| format!("({id}"));
        let reply: Value = self.connection.clone().xrevrange_count(self.dead_events(), newest, "-", count).await?;
        Ok(entries_of(reply).into_iter().map(DeadEvent::from).collect())
    }

    /// Puts a dead event back into the stream; `false`: there is no such event.
    pub async fn replay_dead_event(&self, id: &str) -> RedisResult<bool> {
        let dead = self.dead_events();
        let reply: Value = self.connection.clone().xrange_count(&dead, id, id, 1).await?;
        let Some(entry) = entries_of(reply).pop() else { return Ok(false) };
        let mut pipe = redis::pipe();
        pipe.atomic();
        pipe.xadd(self.event_stream(), "*", &[(FACTS, &entry.facts[..]), (BODY, &entry.body[..])]).ignore();
        pipe.xdel(&dead, &[id]).ignore();
        let () = pipe.query_async(&mut self.connection.clone()).await?;
        Ok(true)
    }

    /// Forgets a dead event.
    pub async fn drop_dead_event(&self, id: &str) -> RedisResult<()> {
        self.connection.clone().xdel(self.dead_events(), &[id]).await
    }
}

impl From<RawEntry> for DeadEvent {
    fn from(entry: RawEntry) -> Self {
        Self {
            died_at: appended_at(&entry.stream_id),
            reason: String::from_utf8_lossy(&entry.reason).into_owned(),
            facts: serde_json::from_slice(&entry.facts).ok(),
            body_bytes: entry.body.len(),
            id: entry.stream_id,
        }
    }
}

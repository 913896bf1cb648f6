//! Events that could not be saved: kept with the reason, until a person replays or drops them.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use redis::{AsyncCommands, RedisResult, Script, Value};

use super::reader::{RawEntry, entries_of};
use super::{BODY, EntryFacts, FACTS, GROUP, REASON, appended_at};
use crate::volatile::Volatile;

/// Copies the entry to the dead with the reason, and acknowledges and deletes it.
static BURY: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local entry = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
        if entry then
            local fields = entry[2]
            fields[#fields + 1] = ARGV[2]
            fields[#fields + 1] = ARGV[3]
            redis.call('XADD', KEYS[2], '*', unpack(fields))
        end
        redis.call('XACK', KEYS[1], ARGV[4], ARGV[1])
        redis.call('XDEL', KEYS[1], ARGV[1])",
    )
});

/// Copies facts and body of a dead event to the stream, and deletes it.
static REPLAY: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local entry = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
        if not entry then
            return 0
        end
        local new = {}
        for i = 1, #entry[2], 2 do
            if entry[2][i] == ARGV[2] or entry[2][i] == ARGV[3] then
                new[#new + 1] = entry[2][i]
                new[#new + 1] = entry[2][i + 1]
            end
        end
        if #new == 0 then
            return 0
        end
        redis.call('XADD', KEYS[2], '*', unpack(new))
        redis.call('XDEL', KEYS[1], ARGV[1])
        return 1",
    )
});

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
    /// Moves an entry from the stream to the dead, in one step: two workers that do it leave one.
    pub async fn bury(&self, stream_id: &str, reason: &str) -> RedisResult<()> {
        tracing::error!(entry.id = stream_id, reason, "an event could not be saved and was put aside");
        let mut call = BURY.prepare_invoke();
        call.key(self.event_stream()).key(self.dead_events()).arg(stream_id).arg(REASON).arg(reason).arg(GROUP);
        call.invoke_async(&mut self.connection.clone()).await
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

    /// Puts a dead event back into the stream, in one step; `false`: there is no such event.
    pub async fn replay_dead_event(&self, id: &str) -> RedisResult<bool> {
        let mut call = REPLAY.prepare_invoke();
        call.key(self.dead_events()).key(self.event_stream()).arg(id).arg(FACTS).arg(BODY);
        call.invoke_async(&mut self.connection.clone()).await
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

//! A worker's hand on the stream: takes new entries and those of workers that died.

use std::time::Duration;

use bytes::Bytes;
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, RedisResult, Value, from_redis_value, from_redis_value_ref};
use uuid::Uuid;

use super::{BODY, EntryFacts, FACTS, GROUP, StreamEntry};
use crate::volatile::Volatile;

/// Above this many deliveries an entry is believed to kill the workers that touch it.
const MAX_DELIVERIES: u64 = 5;

/// An entry delivered this often is handed out alone, so that one that kills its worker is found.
const SUSPECT_DELIVERIES: u64 = 3;

/// Reads as one consumer of the group, over a connection of its own since reading blocks.
pub struct EventReader {
    volatile: Volatile,
    connection: MultiplexedConnection,
    key: String,
    consumer: String,
    /// Where to read on: `0` while entries delivered before are read again, then `>`.
    position: Position,
}

enum Position {
    /// Entries delivered to this consumer whose delivery may have been lost with a broken connection.
    Pending(String),
    New,
}

impl EventReader {
    /// Joins the group, making it (and the stream) if it isn't there: after a flush of Redis, too.
    pub async fn join(volatile: &Volatile, consumer: &str) -> RedisResult<Self> {
        let key = volatile.event_stream();
        let mut connection = volatile.dedicated().await?;
        create_group(&mut connection, &key).await?;
        let position = Position::Pending("0".to_owned());
        Ok(Self { volatile: volatile.clone(), connection, key, consumer: consumer.to_owned(), position })
    }

    /// A name no other process has.
    pub fn unique_name() -> String {
        format!("worker-{}", Uuid::new_v4().simple())
    }

    /// Takes up to `count` entries; waits up to `block` for the first, if told to. Entries that can't be read go to
    /// the dead.
    pub async fn read(&mut self, count: usize, block: Option<Duration>) -> RedisResult<Vec<StreamEntry>> {
        loop {
            let after = match &self.position {
                Position::Pending(after) => after.clone(),
                Position::New => ">".to_owned(),
            };
            let mut command = redis::cmd("XREADGROUP");
            command.arg("GROUP").arg(GROUP).arg(&self.consumer).arg("COUNT").arg(count);
            if let Some(block) = block {
                command.arg("BLOCK").arg(milliseconds(block));
            }
            command.arg("STREAMS").arg(&self.key).arg(after);
            let entries = entries_of_reply(command.query_async(&mut self.connection).await?);
            let Position::Pending(after) = &mut self.position else { return self.readable(entries, false).await };
            match entries.last() {
                Some(last) => after.clone_from(&last.stream_id),
                None => self.position = Position::New,
            }
            let entries = self.readable(entries, true).await?;
            if !entries.is_empty() {
                return Ok(entries);
            }
        }
    }

    /// Takes entries that another worker took more than `idle` ago and never acknowledged, because it died or hangs.
    pub async fn take_over(&mut self, count: usize, idle: Duration) -> RedisResult<Vec<StreamEntry>> {
        let idle = milliseconds(idle);
        let mut command = redis::cmd("XPENDING");
        command.arg(&self.key).arg(GROUP).arg("IDLE").arg(idle).arg("-").arg("+").arg(count);
        let pending: Vec<(String, String, u64, u64)> = command.query_async(&mut self.connection).await?;
        let suspect = pending.iter().find(|(_, _, _, deliveries)| *deliveries >= SUSPECT_DELIVERIES);
        let first_time: Vec<&str> = pending
            .iter()
            .filter(|(_, _, _, deliveries)| *deliveries < SUSPECT_DELIVERIES)
            .map(|(id, ..)| id.as_str())
            .collect();
        if !first_time.is_empty() {
            return self.claim(&first_time, idle).await;
        }
        let Some((id, _, _, deliveries)) = suspect else { return Ok(Vec::new()) };
        let entries = self.claim(&[id.as_str()], idle).await?;
        if *deliveries < MAX_DELIVERIES {
            return Ok(entries);
        }
        let reason = format!("delivered {deliveries} times without being saved: it may have killed the worker");
        for entry in &entries {
            self.volatile.bury(&entry.stream_id, &reason).await?;
        }
        Ok(Vec::new())
    }

    /// Forgets consumers that have nothing in hand and have long been silent: names are unique per process, so they
    /// would pile up.
    pub async fn remove_stale_consumers(&mut self, silent: Duration) -> RedisResult<()> {
        let reply: redis::streams::StreamInfoConsumersReply = self.connection.xinfo_consumers(&self.key, GROUP).await?;
        for consumer in reply.consumers {
            let is_silent = consumer.idle as u128 > silent.as_millis();
            if consumer.pending == 0 && is_silent && consumer.name != self.consumer {
                let () = self.connection.xgroup_delconsumer(&self.key, GROUP, consumer.name).await?;
            }
        }
        Ok(())
    }

    /// Leaves the group at a graceful stop, if nothing is in hand.
    pub async fn leave(mut self) -> RedisResult<()> {
        let mut command = redis::cmd("XPENDING");
        command.arg(&self.key).arg(GROUP).arg("-").arg("+").arg(1).arg(&self.consumer);
        let pending: Vec<Value> = command.query_async(&mut self.connection).await?;
        if pending.is_empty() {
            let () = self.connection.xgroup_delconsumer(&self.key, GROUP, &self.consumer).await?;
        }
        Ok(())
    }

    async fn claim(&mut self, ids: &[&str], idle: u64) -> RedisResult<Vec<StreamEntry>> {
        let mut command = redis::cmd("XCLAIM");
        command.arg(&self.key).arg(GROUP).arg(&self.consumer).arg(idle).arg(ids);
        let reply: Value = command.query_async(&mut self.connection).await?;
        let entries = entries_of(reply);
        self.readable(entries, true).await
    }

    /// Keeps the entries with readable facts, buries the others: one broken entry must not stop the stream.
    async fn readable(&self, entries: Vec<RawEntry>, is_redelivered: bool) -> RedisResult<Vec<StreamEntry>> {
        let mut readable = Vec::with_capacity(entries.len());
        for entry in entries {
            if entry.is_deleted {
                self.volatile.acknowledge(&[entry.stream_id]).await?;
                continue;
            }
            match serde_json::from_slice::<EntryFacts>(&entry.facts) {
                Ok(facts) => {
                    let (stream_id, body) = (entry.stream_id, entry.body);
                    readable.push(StreamEntry { stream_id, facts, body, is_redelivered });
                }
                Err(error) => {
                    let reason = format!("its facts cannot be read: {error}");
                    self.volatile.bury(&entry.stream_id, &reason).await?;
                }
            }
        }
        Ok(readable)
    }
}

/// An entry as Redis returns it.
#[derive(Default)]
pub(super) struct RawEntry {
    pub(super) stream_id: String,
    pub(super) facts: Bytes,
    pub(super) body: Bytes,
    pub(super) reason: Bytes,
    /// Pending, but gone from the stream.
    is_deleted: bool,
}

async fn create_group(connection: &mut MultiplexedConnection, key: &str) -> RedisResult<()> {
    let created: RedisResult<()> = connection.xgroup_create_mkstream(key, GROUP, "0").await;
    match created {
        Err(error) if error.code() == Some("BUSYGROUP") => Ok(()),
        other => other,
    }
}

/// Entries in the reply to `XREADGROUP`: `[[key, [entry, …]]]`, or nil when the time ran out.
fn entries_of_reply(reply: Value) -> Vec<RawEntry> {
    let streams = match reply {
        Value::Array(streams) => streams,
        // The third version of the protocol answers with a map.
        Value::Map(streams) => return streams.into_iter().flat_map(|(_, entries)| entries_of(entries)).collect(),
        _ => return Vec::new(),
    };
    let entries = |stream| match stream {
        Value::Array(mut pair) => pair.pop().map(entries_of).unwrap_or_default(),
        _ => Vec::new(),
    };
    streams.into_iter().flat_map(entries).collect()
}

/// Entries as `[[id, [field, value, …]], …]`. Read by hand: the client's own types copy every body.
pub(super) fn entries_of(reply: Value) -> Vec<RawEntry> {
    let Value::Array(entries) = reply else { return Vec::new() };
    entries.into_iter().filter_map(raw_entry).collect()
}

fn raw_entry(value: Value) -> Option<RawEntry> {
    let Value::Array(pair) = value else { return None };
    let mut pair = pair.into_iter();
    let stream_id = from_redis_value_ref(&pair.next()?).ok()?;
    let mut entry = RawEntry { stream_id, ..RawEntry::default() };
    let Some(Value::Array(fields)) = pair.next() else {
        entry.is_deleted = true;
        return Some(entry);
    };
    let mut fields = fields.into_iter();
    while let (Some(name), Some(Value::BulkString(value))) = (fields.next(), fields.next()) {
        match from_redis_value::<String>(name).as_deref() {
            Ok(FACTS) => entry.facts = value.into(),
            Ok(BODY) => entry.body = value.into(),
            Ok(super::REASON) => entry.reason = value.into(),
            _ => {}
        }
    }
    Some(entry)
}

/// A duration as Redis wants it; never 0, which would mean "for ever" to a blocking read.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1)
}

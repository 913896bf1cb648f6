//! Signs of life: which processes run, and what the workers measure of themselves.
//!
//! Each process writes its own key, which expires; one set knows the names. So the overview sees all processes of all
//! hosts without anybody scanning keys.

use chrono::{DateTime, Utc};
use redis::{AsyncCommands, RedisResult};
use serde::{Deserialize, Serialize};

use super::Volatile;

/// A process that is silent for this long counts as gone.
const LIFETIME_SECONDS: u64 = 30;

/// What a process says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// web, worker, cron.
    pub role: String,
    /// Unique among running processes.
    pub process: String,
    pub version: String,
    pub at: DateTime<Utc>,
    pub started_at: DateTime<Utc>,
    /// Only workers measure.
    #[serde(default)]
    pub latency: Option<Latency>,
}

/// Milliseconds from accepting events to their being visible, over the last minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    pub p50: u64,
    pub p95: u64,
    /// Events measured.
    pub events: u64,
}

impl Volatile {
    /// Gives a sign of life.
    pub async fn beat(&self, beat: &Heartbeat) -> RedisResult<()> {
        let json = serde_json::to_string(beat).expect("plain fields always serialise");
        let key = self.heartbeat(&beat.role, &beat.process);
        let mut pipe = redis::pipe();
        pipe.set_ex(&key, json, LIFETIME_SECONDS).ignore().sadd(self.heartbeats(), &key).ignore();
        pipe.query_async(&mut self.connection.clone()).await
    }

    /// Says good-bye.
    pub async fn stop_beating(&self, role: &str, process: &str) -> RedisResult<()> {
        let key = self.heartbeat(role, process);
        let mut pipe = redis::pipe();
        pipe.del(&key).ignore().srem(self.heartbeats(), &key).ignore();
        pipe.query_async(&mut self.connection.clone()).await
    }

    /// All processes that gave a sign of life lately, by role and name.
    pub async fn list_heartbeats(&self) -> RedisResult<Vec<Heartbeat>> {
        let mut connection = self.connection.clone();
        let keys: Vec<String> = connection.smembers(self.heartbeats()).await?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let values: Vec<Option<String>> = connection.mget(&keys).await?;
        let gone: Vec<&String> =
            keys.iter().zip(&values).filter(|(_, value)| value.is_none()).map(|(key, _)| key).collect();
        if !gone.is_empty() {
            let () = connection.srem(self.heartbeats(), gone).await?;
        }
        let mut beats: Vec<Heartbeat> =
            values.iter().flatten().filter_map(|json| serde_json::from_str(json).ok()).collect();
        beats.sort_by(|a, b| (&a.role, &a.process).cmp(&(&b.role, &b.process)));
        Ok(beats)
    }
}

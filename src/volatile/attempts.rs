//! Counters of attempts in the running minute.

use std::sync::LazyLock;

use redis::{RedisResult, Script};

use super::Volatile;

/// Attempts in the running minute.
#[derive(Clone, Copy, Debug)]
pub struct Attempts {
    /// The one just counted included.
    pub count: u32,
    /// Until the minute is over.
    pub seconds_left: u64,
}

/// A window that is over is not begun again.
static FORGIVE: LazyLock<Script> =
    LazyLock::new(|| Script::new("if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DECR', KEYS[1]) end"));

impl Volatile {
    /// Counts an attempt; the minute begins with the first.
    pub async fn count_attempt(&self, kind: &str, who: &str) -> RedisResult<Attempts> {
        let key = self.attempts(kind, who);
        let (count, seconds): (u32, i64) = redis::pipe()
            .cmd("SET")
            .arg(&key)
            .arg(0)
            .arg("EX")
            .arg(60)
            .arg("NX")
            .ignore()
            .incr(&key, 1)
            .ttl(&key)
            .query_async(&mut self.connection.clone())
            .await?;
        Ok(Attempts { count, seconds_left: u64::try_from(seconds).unwrap_or(0).max(1) })
    }

    /// Takes an attempt back.
    pub async fn forgive_attempt(&self, kind: &str, who: &str) -> RedisResult<()> {
        FORGIVE.key(self.attempts(kind, who)).invoke_async(&mut self.connection.clone()).await
    }
}

//! Hosts that the guard of outgoing requests refused lately: somebody may have meant them.

use chrono::{DateTime, TimeDelta, Utc};
use redis::{AsyncCommands, RedisResult};

use super::Volatile;

/// How many are remembered, and for how long.
const KEPT: isize = 50;
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

impl Volatile {
    /// Notes that a request to this host was refused.
    pub async fn note_restricted(&self, host: &str, now: DateTime<Utc>) -> RedisResult<()> {
        let key = self.restricted();
        redis::pipe()
            .zadd(&key, host, now.timestamp())
            .ignore()
            .zremrangebyrank(&key, 0, -KEPT - 1)
            .ignore()
            .expire(&key, KEPT_FOR.num_seconds())
            .ignore()
            .query_async(&mut self.connection.clone())
            .await
    }

    /// The hosts refused within a day, latest last.
    pub async fn list_restricted(&self, now: DateTime<Utc>) -> RedisResult<Vec<String>> {
        let since = (now - KEPT_FOR).timestamp();
        self.connection.clone().zrangebyscore(self.restricted(), since, "+inf").await
    }
}

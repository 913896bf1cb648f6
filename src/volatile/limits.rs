//! Counters of events per window, shared by all web processes (ingest.md 7.4).
//!
//! Windows are aligned to the clock: the counter of a window has a name of its own and expires by itself.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use redis::{RedisResult, Script};

use super::Volatile;

/// At most `max` events in a window of `seconds`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is limited: `key:5`, `project:7`, `all`.
    pub name: String,
    pub max: u32,
    pub seconds: u32,
}

/// Answers 0 after counting one more in every window, or the place of the first full window, counting nothing.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        for i = 1, #KEYS do
            if tonumber(redis.call('GET', KEYS[i]) or '0') >= tonumber(ARGV[2 * i - 1]) then
                return i
            end
        end
        for i = 1, #KEYS do
            redis.call('INCR', KEYS[i])
            redis.call('EXPIRE', KEYS[i], ARGV[2 * i])
        end
        return 0",
    )
});

impl Limit {
    /// Number of the window that a time lies in.
    fn window(&self, now: DateTime<Utc>) -> i64 {
        now.timestamp().div_euclid(i64::from(self.seconds.max(1)))
    }

    /// When the running window ends.
    pub fn resets_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let end = (self.window(now) + 1) * i64::from(self.seconds.max(1));
        DateTime::from_timestamp(end, 0).unwrap_or(now)
    }
}

impl Volatile {
    /// Counts an event in all windows, unless one of them is full: then its place in `limits`, and nothing is counted.
    pub async fn take_from_limits(&self, limits: &[Limit], now: DateTime<Utc>) -> RedisResult<Option<usize>> {
        let mut call = TAKE.prepare_invoke();
        for limit in limits {
            call.key(self.limit(&limit.name, limit.window(now))).arg(limit.max).arg(limit.seconds.saturating_mul(2));
        }
        let full: usize = call.invoke_async(&mut self.connection.clone()).await?;
        Ok(full.checked_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::Limit;

    #[test]
    fn windows_are_aligned_to_the_clock() {
        let limit = Limit { name: "key:1".to_owned(), max: 5, seconds: 60 };
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        assert_eq!(limit.resets_at(at(120)), at(180));
        assert_eq!(limit.resets_at(at(179)), at(180));
        assert_ne!(limit.window(at(179)), limit.window(at(180)));
    }
}

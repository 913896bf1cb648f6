//! The way into the event stream, and what happens when it is full.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use super::refusal::Refusal;
use crate::app::App;
use crate::protocol::body::{Encoding, largest_output};
use crate::volatile::event_stream::NewEntry;

/// How often the length of the stream is asked for while events come in.
const SAMPLE_EVERY: Duration = Duration::from_millis(100);

/// A Redis that takes longer is away.
const REDIS_TIMEOUT: Duration = Duration::from_secs(2);

/// Bodies below this are queued as they are: compressing them would cost more than it saves.
const COMPRESS_FROM: usize = 1024;

/// Fastest level whose ratio is worth it.
const COMPRESSION_LEVEL: i32 = 1;

thread_local! {
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> =
        RefCell::new(zstd::bulk::Compressor::new(COMPRESSION_LEVEL).ok());
}

/// What is known of the stream's length, without asking for each event.
#[derive(Default)]
pub struct Queue {
    /// As sampled, plus what this process has appended since.
    length: AtomicU64,
    has_grown: AtomicBool,
    /// Set by a failure, cleared by the next sample: meanwhile nobody waits for a Redis that does not answer.
    is_away: AtomicBool,
}

impl Queue {
    /// Whether there is room for another event.
    pub fn check(&self, app: &App) -> Result<(), Refusal> {
        if self.is_away.load(Ordering::Relaxed) {
            return Err(Refusal::Unavailable);
        }
        let is_full = self.length.load(Ordering::Relaxed) >= app.config.ingest.max_queue_length;
        if is_full { Err(Refusal::QueueFull) } else { Ok(()) }
    }

    /// Puts an entry into the stream. Once this returns, the event is promised.
    pub async fn append(&self, app: &App, entry: &NewEntry) -> Result<(), Refusal> {
        self.check(app)?;
        let why = match timeout(REDIS_TIMEOUT, app.redis.append(entry)).await {
            Ok(Ok(())) => {
                self.length.fetch_add(1, Ordering::Relaxed);
                self.has_grown.store(true, Ordering::Relaxed);
                return Ok(());
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "Redis does not answer".to_owned(),
        };
        // Once, not for each of the events that are refused meanwhile.
        if !self.is_away.swap(true, Ordering::Relaxed) {
            tracing::error!(error = why, "events cannot be queued");
        }
        Err(Refusal::Unavailable)
    }

    /// Asks for the stream's length while it may have changed, until shutdown.
    pub async fn watch(&self, app: &App) {
        let mut ticks = tokio::time::interval(SAMPLE_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.has_grown.store(true, Ordering::Relaxed);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = app.shutdown.cancelled() => return,
            }
            if self.has_grown.swap(false, Ordering::Relaxed) || self.check(app).is_err() {
                self.sample(app).await;
            }
        }
    }

    async fn sample(&self, app: &App) {
        if let Ok(Ok(length)) = timeout(REDIS_TIMEOUT, app.redis.queue_length()).await {
            self.length.store(length, Ordering::Relaxed);
            if self.is_away.swap(false, Ordering::Relaxed) {
                tracing::info!("events can be queued again");
            }
        }
    }
}

/// Packs a body for the stream: bytes are what Redis costs. What is compressed already stays so, and so does what packs
/// so well that the worker would take it for a bomb.
pub fn packed(body: Bytes, encoding: Encoding) -> (Bytes, Encoding) {
    if encoding != Encoding::Identity || body.len() < COMPRESS_FROM {
        return (body, encoding);
    }
    let compressed = COMPRESSOR.with_borrow_mut(|compressor| compressor.as_mut()?.compress(&body).ok());
    match compressed {
        Some(compressed) if compressed.len() < body.len() && body.len() <= largest_output(compressed.len()) => {
            (Bytes::from(compressed), Encoding::Zstd)
        }
        _ => (body, encoding),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Encoding, packed};
    use crate::protocol::body::decode;

    #[test]
    fn only_what_gains_is_compressed() {
        let large = Bytes::from(br#"{"a":"b"}"#.repeat(500));
        let (body, encoding) = packed(large.clone(), Encoding::Identity);
        assert!(body.len() < 200);
        assert_eq!(decode(&body, encoding, 10_000).unwrap(), &large[..]);
        assert_eq!(packed(large.clone(), Encoding::Gzip), (large, Encoding::Gzip));
        let monotonous = Bytes::from(vec![b' '; 40 << 20]);
        let (body, encoding) = packed(monotonous.clone(), Encoding::Identity);
        assert_eq!(decode(&body, encoding, 50 << 20).unwrap(), &monotonous[..]);
        let small = Bytes::from_static(b"{}");
        assert_eq!(packed(small.clone(), Encoding::Identity), (small, Encoding::Identity));
    }
}

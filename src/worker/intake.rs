//! First stage: reads entries and processes them into batches.

use std::time::Duration;

use anyhow::Context;
use redis::RedisResult;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::process::{Processed, process};
use crate::app::App;
use crate::volatile::event_stream::{EventReader, StreamEntry};

/// Entries asked for at a time: a batch is read in steps so that large bodies end it early.
const STEP: usize = 50;

/// The most that one step may bring where limits are raised, since it is in memory before its size is known.
const STEP_BYTES: usize = 256 << 20;

/// Bytes at which a batch is large enough, whatever the number of its entries.
const BATCH_BYTES: usize = 8 << 20;

/// How long a read waits for the first entry; also how soon a request to stop is noticed.
const BLOCK: Duration = Duration::from_millis(500);

/// A batch that isn't full is followed by the next no sooner than this: many small transactions would cost more than
/// the wait.
const PACE: Duration = Duration::from_millis(40);

/// How long what dead workers left is taken in one go.
const TAKING_OVER: Duration = Duration::from_millis(500);

/// What goes to the second stage.
pub enum Message {
    Batch(Processed),
    /// Answered when everything sent before is finished.
    Flush(oneshot::Sender<()>),
}

/// The first stage.
pub struct Intake {
    app: App,
    name: String,
    batches: mpsc::Sender<Message>,
}

impl Intake {
    pub fn new(app: App, name: String, batches: mpsc::Sender<Message>) -> Self {
        Self { app, name, batches }
    }

    /// Reads until asked to stop. When Redis is away, waits and joins again.
    pub async fn run(self) {
        let mut wait = Backoff::default();
        while !self.app.shutdown.is_cancelled() {
            match self.read_on(&mut wait).await {
                Ok(()) => break,
                Err(error) => {
                    tracing::warn!(%error, "events cannot be taken, trying again");
                    // A delivery may have been lost with the connection. It is asked for again when we join, which is
                    // when nothing of ours may be in hand.
                    self.flush().await;
                    wait.pause(&self.app).await;
                }
            }
        }
    }

    /// Reads until nothing is left.
    pub async fn drain(self) -> anyhow::Result<()> {
        let mut reader = EventReader::join(&self.app.redis, &self.name).await.context("joining the stream")?;
        loop {
            let (entries, _) = self.take_batch(&mut reader, None).await?;
            if entries.is_empty() {
                break;
            }
            self.hand_on(entries).await;
        }
        self.flush().await;
        reader.leave().await.context("leaving the stream")
    }

    async fn read_on(&self, wait: &mut Backoff) -> RedisResult<()> {
        let takeover_after = self.app.config.worker.takeover_after;
        let look_every = (takeover_after / 4).clamp(Duration::from_millis(250), Duration::from_secs(15));
        let mut reader = EventReader::join(&self.app.redis, &self.name).await?;
        let mut look_at = Instant::now();
        while !self.app.shutdown.is_cancelled() {
            if look_at <= Instant::now() {
                self.take_over(&mut reader, takeover_after).await?;
                look_at = Instant::now() + look_every;
            }
            let next = Instant::now() + PACE;
            let (entries, is_more) = self.take_batch(&mut reader, Some(BLOCK)).await?;
            wait.reset();
            if !entries.is_empty() {
                self.hand_on(entries).await;
            }
            if !is_more {
                tokio::select! {
                    () = sleep_until(next) => {}
                    () = self.app.shutdown.cancelled() => {}
                }
            }
        }
        self.flush().await;
        reader.leave().await
    }

    /// Takes what dead workers left; for a while only, since new events are waiting too.
    async fn take_over(&self, reader: &mut EventReader, idle: Duration) -> RedisResult<()> {
        let until = Instant::now() + TAKING_OVER;
        while !self.app.shutdown.is_cancelled() && Instant::now() < until {
            let entries = reader.take_over(self.step(), idle).await?;
            if entries.is_empty() {
                break;
            }
            tracing::info!(entries = entries.len(), "taking over from a worker that is gone");
            self.hand_on(entries).await;
            // Not to be taken over once more by ourselves while they wait.
            self.flush().await;
        }
        reader.remove_stale_consumers(idle * 10).await
    }

    /// The next entries, and whether more are waiting.
    async fn take_batch(
        &self,
        reader: &mut EventReader,
        block: Option<Duration>,
    ) -> RedisResult<(Vec<StreamEntry>, bool)> {
        let (size, step) = (self.app.config.worker.batch_size, self.step());
        let mut entries = reader.read(step, block).await?;
        let mut taken = entries.len();
        while taken >= step && entries.len() < size && bytes_of(&entries) < BATCH_BYTES {
            let more = reader.read(step.min(size - entries.len()), None).await?;
            taken = more.len();
            entries.extend(more);
        }
        Ok((entries, taken >= step))
    }

    /// Entries to ask for.
    fn step(&self) -> usize {
        let config = &self.app.config;
        (STEP_BYTES / config.ingest.max_event_bytes.max(1)).clamp(1, STEP).min(config.worker.batch_size)
    }

    async fn hand_on(&self, entries: Vec<StreamEntry>) {
        let Some(processed) = process(&self.app, entries).await else { return };
        // Fails only when the second stage has stopped; then the entries are delivered again some day.
        let _ = self.batches.send(Message::Batch(processed)).await;
    }

    async fn flush(&self) {
        let (done, is_done) = oneshot::channel();
        if self.batches.send(Message::Flush(done)).await.is_ok() {
            let _ = is_done.await;
        }
    }
}

fn bytes_of(entries: &[StreamEntry]) -> usize {
    entries.iter().map(|entry| entry.body.len()).sum()
}

/// How long to wait for a store that is away: longer each time, up to a few seconds.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Waits, unless the program is asked to stop.
    pub async fn pause(&mut self, app: &App) {
        let pause = Duration::from_millis(100) * 2_u32.pow(self.failures.min(5));
        self.failures += 1;
        tokio::select! {
            () = sleep(pause) => {}
            () = app.shutdown.cancelled() => {}
        }
    }

    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

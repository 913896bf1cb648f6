//! Second stage: saves batches and acknowledges their entries.

use std::mem;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::intake::{Backoff, Message};
use super::latency::Latencies;
use super::process::Processed;
use crate::app::App;
use crate::services::events::{Batch, SaveError, Saver};

/// Attempts at a batch before its events are tried one by one, and at an event before it is given up.
const ATTEMPTS: u32 = 3;

/// The second stage.
pub struct SaveStage {
    app: App,
    saver: Arc<Saver>,
    latencies: Arc<Latencies>,
}

/// How the attempts at a batch ended.
enum End {
    Saved,
    /// Fails again and again, with the last error.
    Failed(String),
    /// The program is asked to stop while a store is away.
    Stopped,
}

impl SaveStage {
    pub fn new(app: App, saver: Arc<Saver>, latencies: Arc<Latencies>) -> Self {
        Self { app, saver, latencies }
    }

    /// Works until the first stage has stopped.
    pub async fn run(self, mut batches: mpsc::Receiver<Message>) {
        while let Some(message) = batches.recv().await {
            match message {
                Message::Batch(processed) => self.finish(processed).await,
                Message::Flush(done) => {
                    // Nobody waits any more: then nobody needs to know.
                    let _ = done.send(());
                }
            }
        }
    }

    async fn finish(&self, mut processed: Processed) {
        for (stream_id, reason) in mem::take(&mut processed.broken) {
            self.bury(&stream_id, &reason).await;
        }
        match self.save(&processed.batch).await {
            End::Saved => self.acknowledge(&processed.stream_ids).await,
            End::Failed(error) => {
                tracing::warn!(%error, events = processed.batch.events.len(), "a batch failed, trying its events singly");
                self.finish_singly(processed).await;
            }
            End::Stopped => {}
        }
    }

    /// Saves the events of a failing batch one by one, so that only the guilty ones are put aside.
    async fn finish_singly(&self, processed: Processed) {
        let Processed { batch, event_entries, stream_ids, .. } = processed;
        let mut failed = Vec::new();
        for (event, entry) in batch.events.into_iter().zip(event_entries) {
            let single = Batch { events: vec![event], ..Batch::default() };
            match self.save(&single).await {
                End::Saved => {}
                End::Failed(error) => failed.push((entry, error)),
                End::Stopped => return,
            }
        }
        match self.save(&Batch { events: Vec::new(), refused: batch.refused }).await {
            End::Saved => {}
            End::Failed(error) => tracing::error!(%error, "outcomes could not be counted"),
            End::Stopped => return,
        }
        let saved: Vec<String> =
            stream_ids.into_iter().filter(|id| failed.iter().all(|(entry, _)| entry != id)).collect();
        self.acknowledge(&saved).await;
        for (entry, error) in failed {
            self.bury(&entry, &error).await;
        }
    }

    /// Saves a batch, waiting for a store that is away as long as it takes.
    async fn save(&self, batch: &Batch) -> End {
        let mut wait = Backoff::default();
        let mut attempts = 0;
        loop {
            let error = match self.saver.save(batch, self.app.clock.now()).await {
                Ok(saved) => {
                    let received = batch.events.iter().map(|event| event.received_at);
                    self.latencies.note(received, self.app.clock.now());
                    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
                    metrics::histogram!("picket_batch_events").record(batch.events.len() as f64);
                    metrics::counter!("picket_events_stored_total").increment(saved.stored as u64);
                    return End::Saved;
                }
                Err(error) => error,
            };
            if error.is_outage() {
                tracing::warn!(%error, "the database is away, trying again");
                if self.app.shutdown.is_cancelled() {
                    return End::Stopped;
                }
                wait.pause(&self.app).await;
                continue;
            }
            attempts += 1;
            if attempts == ATTEMPTS {
                return End::Failed(error.to_string());
            }
        }
    }

    /// Without it the entries would be delivered again, which costs time but counts nothing twice.
    async fn acknowledge(&self, stream_ids: &[String]) {
        let mut wait = Backoff::default();
        while let Err(error) = self.app.redis.acknowledge(stream_ids).await {
            tracing::warn!(%error, "entries cannot be acknowledged, trying again");
            if self.app.shutdown.is_cancelled() {
                return;
            }
            wait.pause(&self.app).await;
        }
    }

    async fn bury(&self, stream_id: &str, reason: &str) {
        let mut wait = Backoff::default();
        while let Err(error) = self.app.redis.bury(stream_id, reason).await {
            tracing::warn!(%error, "an event cannot be put aside, trying again");
            if self.app.shutdown.is_cancelled() {
                return;
            }
            wait.pause(&self.app).await;
        }
    }
}

impl SaveError {
    /// Whether the database is away or unable to work, rather than unable to store this batch.
    fn is_outage(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => {
                let code = error.code().unwrap_or_default().into_owned();
                // Connection, resources (a full disk, too many connections), intervention by the operator, read-only.
                ["08", "53", "57P", "25006", "58"].iter().any(|class| code.starts_with(class))
            }
            Self::Database(
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed,
            ) => true,
            Self::Conflict | Self::Database(_) => false,
        }
    }
}

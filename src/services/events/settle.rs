//! What ends without a stored event (filtered, invalid, a duplicate) is counted once, however often it is delivered.
//!
//! A stored event is recognised by its id when its entry comes again. For everything else, the transaction that counts
//! an entry also remembers its place in the stream, and whoever finds it remembered counts nothing. Accepted events
//! cost nothing of this. A replayed entry has a new place: it was put aside because nothing of it was counted.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use super::batch::{Batch, OutcomeCounts, Refused};
use crate::app::App;
use crate::services::job::{Job, JobError};
use crate::store::{events, settled_entries};
use crate::types::ids::{JobId, ProjectId};
use crate::types::stream_id::StreamId;

/// How long an entry is remembered at least: the worker that counted it and the one that took it over may both be slow.
const KEPT: TimeDelta = TimeDelta::hours(1);

/// Rows deleted per statement.
const CHUNK: i64 = 5_000;

/// Events by project and id, with the time of their receipt.
pub type Stored = HashMap<(ProjectId, Uuid), DateTime<Utc>>;

/// The redelivered entries of a batch that were counted before.
pub async fn settled_before(tx: &mut PgConnection, batch: &Batch) -> sqlx::Result<HashSet<StreamId>> {
    let events = batch.events.iter().filter(|event| event.is_redelivered).map(|event| event.entry);
    let refused = batch.refused.iter().filter(|refused| refused.is_redelivered).map(|refused| refused.entry);
    let redelivered: Vec<StreamId> = events.chain(refused).collect();
    if redelivered.is_empty() {
        return Ok(HashSet::new());
    }
    settled_entries::list(&mut *tx, &redelivered).await
}

/// What of the refused was not counted before, and not stored: the project's filters may have changed since.
pub async fn uncounted(
    tx: &mut PgConnection,
    refused: &[Refused],
    settled: &HashSet<StreamId>,
) -> sqlx::Result<Vec<Refused>> {
    let redelivered = || refused.iter().filter(|refused| refused.is_redelivered);
    let project_ids: Vec<i64> = redelivered().map(|refused| refused.project_id.0).collect();
    let event_ids: Vec<Uuid> = redelivered().map(|refused| refused.event_id).collect();
    let stored = if event_ids.is_empty() {
        Stored::new()
    } else {
        events::list_stored(&mut *tx, &project_ids, &event_ids).await?
    };
    let is_new = |refused: &&Refused| !settled.contains(&refused.entry) && !refused.is_saved_as(&stored);
    Ok(refused.iter().filter(is_new).cloned().collect())
}

/// Counts what is not stored, and remembers its entries.
pub async fn settle(
    tx: &mut PgConnection,
    refused: &[Refused],
    outcomes: &mut OutcomeCounts,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let entries: Vec<StreamId> = refused.iter().map(|refused| refused.entry).collect();
    let unknown = settled_entries::insert(&mut *tx, &entries, now).await?;
    for refused in refused.iter().filter(|refused| unknown.contains(&refused.entry)) {
        let sender = (refused.project_id, refused.key_id);
        outcomes.count(sender, refused.received_at, refused.outcome, refused.category);
    }
    Ok(())
}

impl Refused {
    /// Whether it is this very event that was stored, not another with its id: by the millisecond of its receipt.
    pub fn is_saved_as(&self, stored: &Stored) -> bool {
        self.is_redelivered && stored.get(&(self.project_id, self.event_id)) == Some(&self.received_at)
    }
}

/// Timed: forgets entries that can't be delivered any more.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetSettledEntries {}

impl Job for ForgetSettledEntries {
    const KIND: &'static str = "forget_settled_entries";

    async fn run(self, app: &App, _: JobId) -> Result<(), JobError> {
        let before = app.clock.now() - KEPT;
        // Whatever stands before the oldest entry was acknowledged.
        let oldest = app.redis.oldest_queued_at().await?.map_or(i64::MAX, |at| at.timestamp_millis());
        while settled_entries::delete(&app.db, before, oldest, CHUNK).await? > 0 {
            if app.shutdown.is_cancelled() {
                return Err(JobError::Interrupted);
            }
        }
        Ok(())
    }
}

//! Partitions of events, made before they are needed.

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::services::job::{Job, JobError};
use crate::store::event_partitions::{self, Week};
use crate::types::ids::JobId;

/// Weeks made ahead, the running one not counted. A worker makes a missing one when an event needs it.
const AHEAD: usize = 2;

/// Makes the partitions of the running week and the next ones.
pub async fn create_partitions(app: &App) -> sqlx::Result<()> {
    let mut week = Week::of(app.clock.now());
    for _ in 0..=AHEAD {
        event_partitions::create(&app.db, week).await?;
        week = week.next();
    }
    Ok(())
}

/// Timed: see [`create_partitions`].
#[derive(Debug, Serialize, Deserialize)]
pub struct CreateEventPartitions {}

impl Job for CreateEventPartitions {
    const KIND: &'static str = "create_event_partitions";

    async fn run(self, app: &App, _: JobId) -> Result<(), JobError> {
        Ok(create_partitions(app).await?)
    }
}

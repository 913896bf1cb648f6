//! Links user reports to the issues of their events, where both came at the same moment.
//!
//! A batch links the reports that wait for its events, and a report looks for its stored event; each misses the other
//! if neither is committed.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::services::job::{Job, JobError};
use crate::store::user_reports;
use crate::types::ids::JobId;

/// Timed. Older reports have been looked at by earlier runs.
#[derive(Debug, Serialize, Deserialize)]
pub struct LinkUserReports {}

impl Job for LinkUserReports {
    const KIND: &'static str = "link_user_reports";

    async fn run(self, app: &App, _: JobId) -> Result<(), JobError> {
        user_reports::link_missed(&app.db, app.clock.now() - TimeDelta::hours(1)).await?;
        Ok(())
    }
}

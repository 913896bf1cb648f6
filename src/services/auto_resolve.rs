//! Issues that were not seen for as long as their project waits are resolved.

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::services::job::{Job, JobError};
use crate::store::issues::expiry;
use crate::types::ids::JobId;

/// Issues per transaction.
const CHUNK: i64 = 500;

/// Timed: resolves them. Pages and the API show them as resolved before (`types::lifecycle::effective_status`).
#[derive(Debug, Serialize, Deserialize)]
pub struct AutoResolve {}

impl Job for AutoResolve {
    const KIND: &'static str = "auto_resolve";

    async fn run(self, app: &App, _: JobId) -> Result<(), JobError> {
        while expiry::resolve_unseen(&app.db, app.clock.now(), CHUNK).await? > 0 {
            if app.shutdown.is_cancelled() {
                return Err(JobError::Interrupted);
            }
        }
        Ok(())
    }
}

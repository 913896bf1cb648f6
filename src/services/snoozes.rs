//! Issues that were ignored until a time come back when it has come.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::services::job::{Job, JobError};
use crate::store::{
    activities::{self, NewActivity},
    issue_snoozes,
    issues::intake,
};
use crate::types::ids::JobId;
use crate::types::lifecycle::Status;

/// Issues per transaction.
const CHUNK: i64 = 200;

/// Timed: reopens the issues whose time is up. Conditions that depend on events are looked at when events come.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepSnoozes {}

impl Job for SweepSnoozes {
    const KIND: &'static str = "sweep_snoozes";

    async fn run(self, app: &App, _: JobId) -> Result<(), JobError> {
        while reopen_some(app).await? > 0 {
            if app.shutdown.is_cancelled() {
                return Err(JobError::Interrupted);
            }
        }
        Ok(())
    }
}

async fn reopen_some(app: &App) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let due = issue_snoozes::list_expired(&mut *tx, now, CHUNK).await?;
    let ids: Vec<i64> = due.iter().map(|id| id.0).collect();
    let locked = intake::lock(&mut *tx, &ids).await?;
    for issue in locked.iter().filter(|issue| issue.status == Status::Ignored) {
        intake::reopen(&mut *tx, issue.id, now, false).await?;
        let (project_id, issue_id) = (issue.project_id, issue.id);
        let new = NewActivity { project_id, issue_id, user_id: None, kind: "set_unresolved", data: json!({}) };
        activities::insert(&mut *tx, &new, now).await?;
    }
    issue_snoozes::delete(&mut *tx, &ids).await?;
    tx.commit().await?;
    Ok(ids.len())
}

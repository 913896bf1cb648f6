//! Deleting issues with all that belongs to them. They leave the lists at once; the rows follow in a job, piece by
//! piece, so that no transaction grows large.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{PgConnection, PgPool};

use crate::store::issues::state;
use crate::store::jobs::{self, NewJob};
use crate::store::{events, issue_tags};
use crate::types::ids::UserId;

/// Kind of the job; its payload is `{"issue_ids": […]}`.
pub const DELETE_ISSUES: &str = "delete_issues";

const EVENTS_AT_ONCE: i64 = 5_000;

/// Promises the deletion in the transaction that marks the issues.
pub(super) async fn enqueue(
    tx: &mut PgConnection,
    issue_ids: &[i64],
    (user_id, now): (UserId, DateTime<Utc>),
) -> sqlx::Result<()> {
    let payload = json!({ "issue_ids": issue_ids });
    let job = NewJob { kind: DELETE_ISSUES, payload, run_at: now, user_id: Some(user_id) };
    jobs::insert(&mut *tx, &job, now).await?;
    Ok(())
}

/// Deletes some of what belongs to the issues; `true` when nothing is left. For the job, which calls it until then.
pub async fn delete_batch(db: &PgPool, issue_ids: &[i64]) -> sqlx::Result<bool> {
    let deleted = events::delete_of_issues(db, issue_ids, EVENTS_AT_ONCE).await?;
    if deleted > 0 {
        return Ok(false);
    }
    issue_tags::delete_of_issues(db, issue_ids).await?;
    state::delete(db, issue_ids).await?;
    Ok(true)
}

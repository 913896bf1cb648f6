//! What a background job is: a payload that is promised in a transaction and run later by a worker.

use std::future::Future;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{PgConnection, PgExecutor, PgPool};

use crate::app::App;
use crate::store::jobs::{self, NewJob};
use crate::types::ids::{JobId, OrganizationId, UserId};

/// A kind of job. The value is its payload; a timed job has no fields.
pub trait Job: Serialize + DeserializeOwned + Send {
    /// Stable identifier in the table.
    const KIND: &'static str;

    /// Does the work. May run twice: after a crash it starts again.
    fn run(self, app: &App, id: JobId) -> impl Future<Output = Result<(), JobError>> + Send;
}

/// Why a job did not finish: says what happens next.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Try again later, a limited number of times.
    #[error("{0:#}")]
    Retry(anyhow::Error),
    /// Trying again would not help.
    #[error("{0:#}")]
    Fail(anyhow::Error),
    /// Another job comes first: go on a little later, as often as need be.
    #[error("another job comes first")]
    Later,
    /// The program is asked to stop: go on after the next start.
    #[error("interrupted")]
    Interrupted,
    /// A person asked it to stop.
    #[error("cancelled")]
    Cancelled,
}

impl JobError {
    pub fn retry(error: impl Into<anyhow::Error>) -> Self {
        Self::Retry(error.into())
    }

    pub fn fail(error: impl Into<anyhow::Error>) -> Self {
        Self::Fail(error.into())
    }
}

impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        Self::retry(error)
    }
}

impl From<redis::RedisError> for JobError {
    fn from(error: redis::RedisError) -> Self {
        Self::retry(error)
    }
}

/// Who asked for a job, and in which organization.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    pub user_id: UserId,
    pub organization_id: OrganizationId,
}

/// Whether the job may go on. Long jobs ask between two transactions.
pub async fn check(app: &App, id: JobId) -> Result<(), JobError> {
    if jobs::is_cancelled(&app.db, id).await? {
        return Err(JobError::Cancelled);
    }
    if app.shutdown.is_cancelled() { Err(JobError::Interrupted) } else { Ok(()) }
}

/// Promises a job that its owner can follow.
pub async fn promise_for<J: Job>(
    db: &mut PgConnection,
    job: &J,
    owner: Owner,
    total: Option<i64>,
    now: DateTime<Utc>,
) -> sqlx::Result<JobId> {
    let payload = serde_json::to_value(job).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let (user_id, organization_id) = (Some(owner.user_id), Some(owner.organization_id));
    let new = NewJob { kind: J::KIND, payload, run_at: now, user_id, organization_id, total };
    // Only timed jobs can be there already.
    jobs::insert(&mut *db, &new, now).await?.ok_or(sqlx::Error::RowNotFound)
}

/// Promises a job, to be run at once. Inside a transaction: it is run only if that commits.
pub async fn promise<J: Job>(
    db: impl PgExecutor<'_>,
    job: &J,
    user_id: Option<UserId>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<JobId>> {
    let payload = serde_json::to_value(job).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let new = NewJob { kind: J::KIND, payload, run_at: now, user_id, organization_id: None, total: None };
    jobs::insert(db, &new, now).await
}

/// Promises a job for later.
pub async fn promise_at<J: Job>(
    db: impl PgExecutor<'_>,
    job: &J,
    user_id: Option<UserId>,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let payload = serde_json::to_value(job).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let new = NewJob { kind: J::KIND, payload, run_at, user_id, organization_id: None, total: None };
    jobs::insert(db, &new, now).await.map(drop)
}

/// Promises a job unless it waits or runs already.
pub async fn promise_once<J: Job>(db: &PgPool, job: &J, now: DateTime<Utc>) -> sqlx::Result<()> {
    let payload = serde_json::to_value(job).map_err(|error| sqlx::Error::Encode(error.into()))?;
    if !jobs::is_promised(db, J::KIND, &payload).await? {
        promise(db, job, None, now).await?;
    }
    Ok(())
}

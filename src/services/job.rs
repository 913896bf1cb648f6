//! What a background job is: a payload that is promised in a transaction and run later by a worker.

use std::future::Future;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{PgExecutor, PgPool};

use crate::app::App;
use crate::store::jobs::{self, NewJob};
use crate::types::ids::{JobId, UserId};

/// A kind of job. The value is its payload; a timed job has no fields.
pub trait Job: Serialize + DeserializeOwned + Send {
    /// Stable identifier in the table.
    const KIND: &'static str;

    /// Does the work. May run twice: after a crash it starts again.
    fn run(self, app: &App) -> impl Future<Output = Result<(), JobError>> + Send;
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
    /// The program is asked to stop: go on after the next start.
    #[error("interrupted")]
    Interrupted,
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

/// Promises a job, to be run at once. Inside a transaction: it is run only if that commits.
pub async fn promise<J: Job>(
    db: impl PgExecutor<'_>,
    job: &J,
    user_id: Option<UserId>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<JobId>> {
    let payload = serde_json::to_value(job).map_err(|error| sqlx::Error::Encode(error.into()))?;
    jobs::insert(db, &NewJob { kind: J::KIND, payload, run_at: now, user_id }, now).await
}

/// Promises a job unless it waits or runs already.
pub async fn promise_once<J: Job>(db: &PgPool, job: &J, now: DateTime<Utc>) -> sqlx::Result<()> {
    let payload = serde_json::to_value(job).map_err(|error| sqlx::Error::Encode(error.into()))?;
    if !jobs::is_promised(db, J::KIND, &payload).await? {
        promise(db, job, None, now).await?;
    }
    Ok(())
}

//! Runs background jobs: claims one at a time with a lease, and decides what follows from how it ends.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::sleep;

use super::intake::Backoff;
use crate::app::App;
use crate::jobs::JobType;
use crate::services::job::JobError;
use crate::store::jobs::{self, ClaimedJob};

/// Jobs that run at the same time in one worker, so that a long deletion does not hold up a mail.
const RUNNERS: usize = 2;

/// How often due jobs are looked for.
const POLL: Duration = Duration::from_secs(1);

/// A worker that is silent for this long has lost its job.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// When a job is looked at again that another one holds up.
const LATER: TimeDelta = TimeDelta::seconds(5);

/// A job that fails this often has failed for good.
const MAX_ATTEMPTS: i32 = 12;

/// Runs jobs until asked to stop.
pub async fn run(app: App) {
    let runners = (0..RUNNERS).map(|_| run_jobs(&app));
    futures_util::future::join_all(runners).await;
}

/// Runs all jobs that are due, then returns.
pub async fn run_due(app: &App) -> anyhow::Result<()> {
    while let Some(job) = jobs::claim(&app.db, app.clock.now(), LEASE).await? {
        run_job(app, job).await?;
    }
    Ok(())
}

async fn run_jobs(app: &App) {
    let mut wait = Backoff::default();
    while !app.shutdown.is_cancelled() {
        match run_next(app).await {
            Ok(true) => wait.reset(),
            Ok(false) => {
                wait.reset();
                tokio::select! {
                    () = sleep(POLL) => {}
                    () = app.shutdown.cancelled() => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "jobs cannot be claimed, trying again");
                wait.pause(app).await;
            }
        }
    }
}

/// Runs one job; `false`: none is due.
async fn run_next(app: &App) -> sqlx::Result<bool> {
    let Some(job) = jobs::claim(&app.db, app.clock.now(), LEASE).await? else { return Ok(false) };
    run_job(app, job).await?;
    Ok(true)
}

async fn run_job(app: &App, job: ClaimedJob) -> sqlx::Result<()> {
    let ended = match JobType::find(&job.kind) {
        Some(kind) => run_with_lease(app, kind, &job).await,
        None => Err(JobError::retry(anyhow::anyhow!("this version does not know the kind `{}`", job.kind))),
    };
    let now = app.clock.now();
    match ended {
        Ok(()) => jobs::finish(&app.db, job.id, now).await,
        Err(JobError::Interrupted) => jobs::give_back(&app.db, job.id, now).await,
        Err(JobError::Later) => jobs::postpone(&app.db, job.id, now + LATER).await,
        Err(JobError::Cancelled) => jobs::stop(&app.db, job.id, now).await,
        Err(JobError::Retry(error)) if job.attempts < MAX_ATTEMPTS => {
            tracing::warn!(
                job.id = job.id.0,
                job.kind,
                job.attempts,
                "a job failed and will be tried again: {error:#}"
            );
            jobs::retry(&app.db, job.id, now + pause_after(job.attempts), &format!("{error:#}")).await
        }
        Err(error) => {
            tracing::error!(job.id = job.id.0, job.kind, "a job failed for good: {error}");
            jobs::fail(&app.db, job.id, now, &error.to_string()).await
        }
    }
}

/// Runs a job in a task of its own, so that a panic ends it alone, and prolongs the lease meanwhile.
async fn run_with_lease(app: &App, kind: &'static JobType, job: &ClaimedJob) -> Result<(), JobError> {
    let (task_app, id, payload) = (app.clone(), job.id, job.payload.clone());
    let mut task = app.tasks.spawn(async move { (kind.run)(&task_app, id, payload).await });
    loop {
        tokio::select! {
            ended = &mut task => {
                return ended.unwrap_or_else(|panic| Err(JobError::retry(panic)));
            }
            () = sleep(Duration::from_secs(20)) => {
                if let Err(error) = jobs::extend_lease(&app.db, job.id, app.clock.now() + LEASE).await {
                    tracing::warn!(%error, job.id = job.id.0, "the lease of a job could not be prolonged");
                }
            }
        }
    }
}

/// Ten seconds, doubled each time, up to an hour.
fn pause_after(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(9);
    TimeDelta::seconds(10 * 2_i64.pow(doublings)).min(TimeDelta::hours(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_an_hour() {
        let seconds: Vec<i64> = [1, 2, 3, 10, 100].map(|attempts| pause_after(attempts).num_seconds()).to_vec();
        assert_eq!(seconds, [10, 20, 40, 3600, 3600]);
    }
}

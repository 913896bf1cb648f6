//! Promises timed jobs when they are due. Any number of cron processes may run; one of them leads, by a lock in the
//! database that it loses with its connection.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use sqlx::PgConnection;
use tokio::time::sleep;
use uuid::Uuid;

use crate::app::App;
use crate::jobs::{JOBS, Timetable};
use crate::services::stats;
use crate::store::jobs::{self, NewJob};
use crate::types::clock::Clock;

/// How often the timetable is looked at; followers try to become leader as often.
const TICK: Duration = Duration::from_secs(5);

/// Promises jobs until the program is asked to stop.
pub async fn run(app: App) -> anyhow::Result<()> {
    let name = format!("cron-{}", Uuid::new_v4().simple());
    let beating = stats::keep_beating(&app, "cron", &name, |_| None);
    tokio::join!(keep_time(&app), beating);
    Ok(())
}

async fn keep_time(app: &App) {
    while !app.shutdown.is_cancelled() {
        if let Err(error) = lead(app).await {
            tracing::warn!(%error, "timed jobs cannot be promised, trying again");
        }
        pause(app).await;
    }
}

/// Promises jobs as long as this process leads.
async fn lead(app: &App) -> sqlx::Result<()> {
    // Taken out of the pool: the lock lives as long as this connection.
    let mut connection = app.db.acquire().await?.detach();
    if !jobs::try_lead(&mut connection).await? {
        return Ok(());
    }
    while !app.shutdown.is_cancelled() {
        promise_due(&mut connection, &app.clock).await?;
        pause(app).await;
    }
    Ok(())
}

/// Promises every timed job whose time has come.
pub async fn promise_due(connection: &mut PgConnection, clock: &Clock) -> sqlx::Result<()> {
    for job in JOBS {
        let Timetable::Every(interval) = job.timetable else { continue };
        let interval = TimeDelta::from_std(interval).unwrap_or(TimeDelta::MAX);
        let now = clock.now();
        let last = jobs::last_promised_at(&mut *connection, job.kind).await?;
        if last.is_none_or(|last| last + interval <= now) {
            let new = NewJob {
                kind: job.kind,
                payload: json!({}),
                run_at: now,
                user_id: None,
                organization_id: None,
                total: None,
            };
            jobs::insert(&mut *connection, &new, now).await?;
        }
    }
    Ok(())
}

async fn pause(app: &App) {
    tokio::select! {
        () = sleep(TICK) => {}
        () = app.shutdown.cancelled() => {}
    }
}

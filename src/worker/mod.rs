//! The worker: takes accepted events from the stream and saves them; runs background jobs.
//!
//! Two stages work at the same time: while one batch is being written by PostgreSQL, the next is read and processed
//! here. An entry is acknowledged after the commit and not before, so a worker may be killed at any moment: what it had
//! in hand is delivered again, and what was saved already is recognised.

mod intake;
mod jobs;
mod latency;
mod look_up;
mod process;
mod save;

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::mpsc;

use crate::app::App;
use crate::services::{
    events::{Saver, create_partitions},
    stats,
};
use crate::volatile::event_stream::EventReader;

use self::intake::Intake;
use self::latency::Latencies;
use self::save::SaveStage;

/// Works until the program is asked to stop, and then finishes what is in hand.
pub async fn run(app: App) -> anyhow::Result<()> {
    if let Err(error) = create_partitions(&app).await {
        tracing::warn!(%error, "partitions are made when an event needs them");
    }
    let name = EventReader::unique_name();
    let latencies = Arc::new(Latencies::default());
    // One batch waits while one is saved: more would only take longer to give back.
    let (batches, processed) = mpsc::channel(1);
    let intake = Intake::new(app.clone(), name.clone(), batches);
    let saving = SaveStage::new(app.clone(), Arc::new(Saver::new(pool_for_saving(&app))), Arc::clone(&latencies));
    let beating = stats::keep_beating(&app, "worker", &name, move |now| Some(latencies.of_last_minute(now)));
    let ((), (), (), ()) = tokio::join!(intake.run(), saving.run(processed), jobs::run(app.clone()), beating);
    Ok(())
}

/// Saves everything that is in the stream and runs all jobs that are due, then returns. For tests and for the command
/// line; another worker may run at the same time.
pub async fn drain(app: &App) -> anyhow::Result<()> {
    let name = EventReader::unique_name();
    let (batches, processed) = mpsc::channel(1);
    let intake = Intake::new(app.clone(), name, batches);
    let saver = Arc::new(Saver::new(pool_for_saving(app)));
    let saving = SaveStage::new(app.clone(), saver, Arc::new(Latencies::default()));
    let (read, ()) = tokio::join!(intake.drain(), saving.run(processed));
    read?;
    jobs::run_due(app).await
}

/// Connections whose plans suit batches: the tables are found by index whatever their size was when a statement was
/// first planned, and no statement is worth compiling.
fn pool_for_saving(app: &App) -> PgPool {
    let options = (*app.db.connect_options()).clone().options([
        ("plan_cache_mode", "force_generic_plan"),
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("jit", "off"),
    ]);
    PgPoolOptions::new().max_connections(2).acquire_timeout(Duration::from_secs(5)).connect_lazy_with(options)
}

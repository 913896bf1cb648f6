//! Every long-lived component, built once and passed with axum's `State` or by reference.

use std::sync::Arc;

use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::types::clock::Clock;
use crate::volatile::Volatile;

/// The program's parts. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub db: PgPool,
    pub redis: Volatile,
    pub clock: Clock,
    /// Every background task is spawned here, so that shutdown waits for it.
    pub tasks: TaskTracker,
    /// Cancelled when the program is asked to stop.
    pub shutdown: CancellationToken,
}

//! Every long-lived component, built once and passed with axum's `State` or by reference.

use std::sync::Arc;

use anyhow::Context;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::LiveConfig;
use crate::outbound::blobs::Blobs;
use crate::outbound::web::Web;
use crate::types::clock::Clock;
use crate::volatile::Volatile;

/// The program's parts. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub config: Arc<LiveConfig>,
    pub db: PgPool,
    pub redis: Volatile,
    pub blobs: Blobs,
    pub web: Web,
    pub clock: Clock,
    /// Every background task is spawned here, so that shutdown waits for it.
    pub tasks: TaskTracker,
    /// Cancelled when the program is asked to stop.
    pub shutdown: CancellationToken,
}

impl App {
    /// From parts that are there already.
    pub fn new(config: LiveConfig, db: PgPool, redis: Volatile, clock: Clock) -> anyhow::Result<Self> {
        let blobs = Blobs::new(&config.blobs).context("the file store (filestore.options) cannot be used")?;
        let web = Web::new(&config.source_maps.allowed_hosts);
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        Ok(Self { config: Arc::new(config), db, redis, blobs, web, clock, tasks, shutdown })
    }
}

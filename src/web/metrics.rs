//! `/_metrics` for Prometheus, on an address of its own: it must not be reachable from where events come.

use std::net::SocketAddr;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use super::error::Result;
use crate::app::App;

/// Where histograms of durations are cut, in seconds.
const SECONDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// Where the histogram of batches is cut, in events.
const EVENTS: [f64; 8] = [1.0, 2.0, 5.0, 10.0, 50.0, 100.0, 250.0, 500.0];

/// Starts to keep the counters of this process; before that, noting them costs nothing.
pub fn install() -> anyhow::Result<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets(&SECONDS)?
        .set_buckets_for_metric(Matcher::Full("picket_batch_events".to_owned()), &EVENTS)?;
    builder.install_recorder().context("the counters cannot be kept")
}

/// Serves the counters until shutdown.
pub async fn serve(app: App, address: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let router = router(app.clone(), install()?);
    Ok(axum::serve(listener, router).with_graceful_shutdown(app.shutdown.clone().cancelled_owned()).await?)
}

/// The one page there is.
pub fn router(app: App, handle: PrometheusHandle) -> Router {
    Router::new().route("/_metrics", get(show)).with_state((app, handle))
}

/// What others count is asked for when somebody looks.
async fn show(State((app, handle)): State<(App, PrometheusHandle)>) -> Result<Response> {
    let length = app.redis.queue_length().await?;
    let oldest = app.redis.oldest_queued_at().await?;
    let age = oldest.map_or(0.0, |oldest| (app.clock.now() - oldest).as_seconds_f64().max(0.0));
    #[expect(clippy::cast_precision_loss, reason = "a queue is far shorter than 2^52")]
    metrics::gauge!("picket_queue_length").set(length as f64);
    metrics::gauge!("picket_queue_age_seconds").set(age);
    handle.run_upkeep();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response())
}

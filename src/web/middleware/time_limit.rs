//! No page or API request takes for ever (`web.request-timeout`).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use tokio::time::{Instant, sleep_until};

use crate::app::App;
use crate::web::error::Error;

/// When something of the request last arrived.
type Progress = Arc<Mutex<Instant>>;

/// Ends a request with 503 when no answer comes in time. The time begins anew with each piece of the body: an upload may
/// take as long as its line needs (sourcemaps.md 11), but not stand still.
pub async fn time_limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let limit = app.config.web.request_timeout;
    let path = request.uri().path().to_owned();
    let progress = Progress::new(Mutex::new(Instant::now()));
    let noted = Arc::clone(&progress);
    let request = request.map(|body| {
        Body::new(body.map_frame(move |frame| {
            *noted.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            frame
        }))
    });
    tokio::select! {
        response = next.run(request) => response,
        () = silence(&progress, limit) => {
            tracing::warn!(path, "a request took longer than web.request-timeout");
            Error::Unavailable.into_response()
        }
    }
}

/// Until nothing has happened for so long.
async fn silence(progress: &Progress, limit: Duration) {
    loop {
        let until = *progress.lock().unwrap_or_else(PoisonError::into_inner) + limit;
        if until <= Instant::now() {
            return;
        }
        sleep_until(until).await;
    }
}

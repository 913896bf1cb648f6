//! Reads what a refused client still sends, so that it reads the answer.
//!
//! A server that answers and closes while a client is still sending makes the client's system throw the answer away:
//! "broken pipe". So whatever the API is sent is read to its end, within limits, before the answer goes out (demands.md 2).

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};

/// How much more is read of a body that nobody wants, and for how long.
const MAX_BYTES: usize = 256 << 20;
const MAX_TIME: Duration = Duration::from_mins(1);

/// A body that can still be read when whoever had it is done.
#[derive(Clone)]
struct Shared(Arc<Mutex<State>>);

struct State {
    body: Body,
    was_asked: bool,
}

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.was_asked = true;
        Pin::new(&mut state.body).poll_frame(context)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).body.size_hint()
    }
}

pub async fn drain(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let waits = waits_for_permission(&parts.headers);
    let mut rest = Shared(Arc::new(Mutex::new(State { body, was_asked: false })));
    let response = next.run(Request::from_parts(parts, Body::new(rest.clone()))).await;
    let was_asked = rest.0.lock().unwrap_or_else(PoisonError::into_inner).was_asked;
    // A client that asks before it sends reads the answer and sends nothing.
    if was_asked || !waits {
        drop(tokio::time::timeout(MAX_TIME, read_rest(&mut rest)).await);
    }
    response
}

fn waits_for_permission(headers: &HeaderMap) -> bool {
    headers.get("expect").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

async fn read_rest(rest: &mut Shared) {
    let mut left = MAX_BYTES;
    while let Some(Ok(frame)) = rest.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(remaining) = left.checked_sub(length) else { return };
        left = remaining;
    }
}

//! Reading a request's body: within a size, within a time, within the memory there is for large ones.

use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::services::ingest::{Ingest, Refusal, Room};

/// From this size on, a body takes one of the few places for large ones.
const LARGE_BYTES: usize = 1 << 20;

/// Space set aside at first for a body whose length is declared.
const FIRST_CAPACITY: usize = 256 << 10;

/// A body in memory, with the right to be there.
pub struct ReadBody {
    pub bytes: Bytes,
    _room: Option<Room>,
}

/// Reads all of the body.
pub async fn read(ingest: &Ingest, body: Incoming, headers: &HeaderMap) -> Result<ReadBody, Refusal> {
    let limit = ingest.app.config.ingest.max_body_bytes;
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let reading = read_frames(ingest, body, declared.unwrap_or(0), limit);
    timeout(ingest.app.config.ingest.body_timeout, reading).await.unwrap_or(Err(Refusal::SlowBody))
}

async fn read_frames(ingest: &Ingest, mut body: Incoming, declared: usize, limit: usize) -> Result<ReadBody, Refusal> {
    let mut room = None;
    // Most bodies come in one piece, which need not be copied.
    let first = next_piece(&mut body).await?.unwrap_or_default();
    let Some(second) = next_piece(&mut body).await? else {
        return if first.len() > limit { Err(too_large(limit)) } else { Ok(ReadBody { bytes: first, _room: room }) };
    };
    let capacity = declared.min(FIRST_CAPACITY).max(2 * (first.len() + second.len()));
    let mut bytes = BytesMut::with_capacity(capacity);
    bytes.extend_from_slice(&first);
    let mut piece = Some(second);
    while let Some(next) = piece {
        if bytes.len() + next.len() > limit {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&next);
        if bytes.len() > LARGE_BYTES && room.is_none() {
            room = Some(ingest.reading_room().await?);
        }
        piece = next_piece(&mut body).await?;
    }
    Ok(ReadBody { bytes: bytes.freeze(), _room: room })
}

fn too_large(limit: usize) -> Refusal {
    Refusal::TooLarge("the request body", limit)
}

/// The next data; trailers are ignored.
async fn next_piece(body: &mut Incoming) -> Result<Option<Bytes>, Refusal> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            tracing::debug!(%error, "a body ended early");
            Refusal::BrokenBody
        })?;
        if let Ok(data) = frame.into_data()
            && !data.is_empty()
        {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

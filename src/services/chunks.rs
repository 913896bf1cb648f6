//! Chunks: pieces of uploads, stored under their SHA-1 until somebody assembles them.

use bytes::Bytes;

use crate::app::App;
use crate::config::Uploads;
use crate::outbound::blobs::Writer;
use crate::services::blobs;
use crate::store::chunks::{self, Chunk};
use crate::types::artifact::Checksum;
use crate::types::ids::OrganizationId;

/// What is taken, whatever was asked for: a client may keep to what it was told before the configuration changed.
pub const MAX_CHUNK: u64 = 8 << 20;
pub const MAX_CHUNKS: usize = 64;
pub const MAX_REQUEST: u64 = 64 << 20;

/// The smallest chunk that is asked for.
const MIN_CHUNK: u64 = 64 << 10;

/// Why a chunk is not stored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Content(#[from] blobs::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What clients are asked to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    pub chunk: u64,
    pub request: u64,
}

/// Chunks are a power of two (old clients insist), and one of them fits a request that every proxy lets through,
/// together with what the form adds.
pub fn sizes(uploads: &Uploads) -> Sizes {
    let request = (uploads.max_request_bytes / 4 * 3).clamp(MIN_CHUNK, MAX_REQUEST / 2);
    let chunk = (request / 2 + 1).next_power_of_two().min(MAX_CHUNK);
    Sizes { chunk, request }
}

/// A chunk on its way in.
pub struct Receiving {
    app: App,
    writer: Writer,
    expected: Checksum,
}

impl Receiving {
    pub fn new(app: &App, expected: Checksum) -> Self {
        Self { app: app.clone(), writer: app.blobs.writer(), expected }
    }

    pub async fn write(&mut self, piece: Bytes) -> Result<(), Error> {
        if self.writer.size() + piece.len() as u64 > MAX_CHUNK {
            return Err(Error::Refused(format!("Chunk size too large: at most {MAX_CHUNK} bytes")));
        }
        Ok(self.writer.write(piece).await.map_err(blobs::Error::from)?)
    }

    /// Stores the chunk for an organization, if it is what its name says.
    pub async fn finish(self, organization_id: OrganizationId) -> Result<(), Error> {
        let arrived = self.writer.finish().await.map_err(blobs::Error::from)?;
        if arrived.sha1 != self.expected {
            self.app.blobs.discard(&arrived).await;
            return Err(Error::Refused(format!("checksum mismatch: {} is {}", self.expected, arrived.sha1)));
        }
        blobs::keep(&self.app, &arrived).await?;
        let size = i64::try_from(arrived.size).unwrap_or(i64::MAX);
        let chunk = Chunk { sha1: arrived.sha1, size, blob: arrived.key };
        Ok(chunks::insert(&self.app.db, organization_id, &chunk, self.app.clock.now()).await?)
    }

    pub async fn abort(self) {
        self.writer.abort().await;
    }
}

#[cfg(test)]
mod tests {
    use super::{Sizes, Uploads, sizes};

    #[test]
    fn a_chunk_fits_what_proxies_let_through() {
        for (max_request_bytes, chunk, request) in [
            (1 << 20, 512 << 10, 768 << 10),
            (2 << 20, 1 << 20, 1536 << 10),
            (32 << 20, 8 << 20, 24 << 20),
            (1 << 30, 8 << 20, 32 << 20),
            (0, 64 << 10, 64 << 10),
        ] {
            let uploads = Uploads { max_file_bytes: 0, max_request_bytes, bundle_days: 0 };
            assert_eq!(sizes(&uploads), Sizes { chunk, request }, "{max_request_bytes}");
        }
    }
}

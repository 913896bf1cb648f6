//! A file on its way in: stored, hashed and looked at piece by piece.

use bytes::Bytes;

use super::Error;
use crate::app::App;
use crate::outbound::blobs::{Arrived, Writer};
use crate::protocol::artifact::Inspector;
use crate::services::blobs;

/// Takes the content of one file.
#[derive(Debug)]
pub struct Incoming {
    writer: Writer,
    inspector: Inspector,
    limit: u64,
}

impl Incoming {
    pub fn new(app: &App) -> Self {
        Self { writer: app.blobs.writer(), inspector: Inspector::default(), limit: app.config.uploads.max_file_bytes }
    }

    pub async fn write(&mut self, piece: Bytes) -> Result<(), Error> {
        if self.writer.size() + piece.len() as u64 > self.limit {
            return Err(Error::TooLarge(self.limit));
        }
        self.inspector.look(&piece);
        Ok(self.writer.write(piece).await.map_err(blobs::Error::from)?)
    }

    pub async fn finish(self) -> Result<(Arrived, Inspector), Error> {
        let arrived = self.writer.finish().await.map_err(blobs::Error::from)?;
        Ok((arrived, self.inspector))
    }

    /// The file is not wanted.
    pub async fn abort(self) {
        self.writer.abort().await;
    }
}

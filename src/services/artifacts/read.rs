//! The content of an artifact, wherever it lies.

use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder};

use crate::app::App;
use crate::store::artifact_lookup::FoundArtifact;

/// Reads an artifact of up to `limit` bytes; what was uploaded compressed is unpacked (sourcemaps.md 13).
pub async fn read(app: &App, artifact: &FoundArtifact, limit: u64) -> io::Result<Bytes> {
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {limit} bytes"));
    let size = u64::try_from(artifact.size).unwrap_or(u64::MAX);
    let number = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    let place = number(artifact.data_offset).zip(number(artifact.data_size));
    if size > limit || place.is_some_and(|(_, data_size)| data_size > limit) {
        return Err(too_large());
    }
    let raw = match place {
        Some((_, 0)) => Bytes::new(),
        Some((offset, data_size)) => app.blobs.get_range(&artifact.blob, offset..offset + data_size).await?,
        None => app.blobs.get(&artifact.blob).await?,
    };
    let content = if artifact.is_deflated { unpack(raw, limit, DeflateDecoder::new).await? } else { raw };
    gunzip(content, limit).await
}

/// Undoes gzip; what is not packed stays.
pub async fn gunzip(content: Bytes, limit: u64) -> io::Result<Bytes> {
    if content.starts_with(&[0x1f, 0x8b]) { unpack(content, limit, MultiGzDecoder::new).await } else { Ok(content) }
}

async fn unpack<R: Read>(
    packed: Bytes,
    limit: u64,
    decoder: impl FnOnce(io::Cursor<Bytes>) -> R + Send + 'static,
) -> io::Result<Bytes> {
    let unpacking = tokio::task::spawn_blocking(move || {
        let mut content = Vec::new();
        decoder(io::Cursor::new(packed)).take(limit + 1).read_to_end(&mut content)?;
        if content.len() as u64 > limit {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {limit} bytes")));
        }
        Ok(Bytes::from(content))
    });
    unpacking.await.map_err(io::Error::other)?
}

//! The bytes of artifacts: whole files, or parts of archives, unpacked and with bounds.

use std::io::{self, Read};

use crate::app::App;
use crate::pipeline::symbolicate::Failure;
use crate::pipeline::symbolicate::reference;
use crate::store::artifact_lookup::FoundArtifact;

/// Reads a file, undoing what archives and uploads did to it.
pub async fn read(app: &App, artifact: &FoundArtifact, max_bytes: usize) -> Result<Vec<u8>, Failure> {
    if usize::try_from(artifact.size).is_ok_and(|size| size > max_bytes) {
        return Err(too_large(max_bytes));
    }
    let packed = read_blob(app, artifact).await.map_err(|error| unreadable(&error))?;
    let is_deflated = artifact.is_deflated;
    let unpack = move || {
        let content = if is_deflated { inflate(&packed, max_bytes)? } else { packed };
        reference::unpacked(content, max_bytes)
    };
    match tokio::task::spawn_blocking(unpack).await {
        Ok(content) => content.map_err(|error| unreadable(&error)),
        Err(error) => Err(unreadable(&io::Error::other(error))),
    }
}

async fn read_blob(app: &App, artifact: &FoundArtifact) -> io::Result<Vec<u8>> {
    let place = artifact.data_offset.zip(artifact.data_size);
    let Some((offset, size)) = place else { return app.blobs.get(&artifact.blob).await.map(Vec::from) };
    let range = u64::try_from(offset).unwrap_or(0)..u64::try_from(offset.saturating_add(size)).unwrap_or(0);
    app.blobs.get_range(&artifact.blob, range).await.map(Vec::from)
}

fn inflate(packed: &[u8], max_bytes: usize) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    flate2::read::DeflateDecoder::new(packed).take(limit).read_to_end(&mut content)?;
    if content.len() > max_bytes {
        return Err(io::Error::other("unpacks to more than the limit"));
    }
    Ok(content)
}

fn too_large(max_bytes: usize) -> Failure {
    Failure { kind: "js_invalid_source", reason: format!("the file is larger than {max_bytes} bytes") }
}

fn unreadable(error: &io::Error) -> Failure {
    Failure { kind: "js_invalid_source", reason: format!("the file cannot be read: {error}") }
}

//! The bytes of artifacts for frames, or what the page says where they cannot be had.

use std::io::{self, ErrorKind};

use bytes::Bytes;

use crate::app::App;
use crate::pipeline::symbolicate::Failure;
use crate::services::artifacts;
use crate::store::artifact_lookup::FoundArtifact;

/// Reads a file, undoing what archives and uploads did to it.
pub async fn read(app: &App, artifact: &FoundArtifact, max_bytes: usize) -> Result<Vec<u8>, Failure> {
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
    let content = artifacts::read(app, artifact, limit).await;
    content.map(Vec::from).map_err(|error| failure(&error, max_bytes))
}

/// Undoes gzip.
pub async fn unpack(content: Bytes, max_bytes: usize) -> Result<Bytes, Failure> {
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
    artifacts::gunzip(content, limit).await.map_err(|error| failure(&error, max_bytes))
}

fn failure(error: &io::Error, max_bytes: usize) -> Failure {
    let reason = match error.kind() {
        ErrorKind::FileTooLarge => format!("the file is larger than {max_bytes} bytes"),
        _ => format!("the file cannot be read: {error}"),
    };
    Failure { kind: "js_invalid_source", reason }
}

//! The bytes of artifacts for frames, or what the page says where they cannot be had.

use std::io::{self, ErrorKind};

use crate::app::App;
use crate::pipeline::symbolicate::Failure;
use crate::services::artifacts;
use crate::store::artifact_lookup::FoundArtifact;

/// Reads a file, undoing what archives and uploads did to it.
pub async fn read(app: &App, artifact: &FoundArtifact, max_bytes: usize) -> Result<Vec<u8>, Failure> {
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
    match artifacts::read(app, artifact, limit).await {
        Ok(content) => Ok(content.into()),
        Err(error) if error.kind() == ErrorKind::FileTooLarge => Err(too_large(max_bytes)),
        Err(error) => Err(unreadable(&error)),
    }
}

fn too_large(max_bytes: usize) -> Failure {
    Failure { kind: "js_invalid_source", reason: format!("the file is larger than {max_bytes} bytes") }
}

fn unreadable(error: &io::Error) -> Failure {
    Failure { kind: "js_invalid_source", reason: format!("the file cannot be read: {error}") }
}

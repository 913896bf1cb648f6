//! `…/chunk-upload/`: files in pieces, which are assembled later (web-api.md 8).

use std::io::Write;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use flate2::write::GzDecoder;
use serde::Serialize;
use serde_json::json;

use super::upload::{Form, Part};
use crate::app::App;
use crate::services::chunks::{self, Error as ChunkError, MAX_CHUNKS, MAX_REQUEST, Receiving};
use crate::types::artifact::Checksum;
use crate::web::arrived::Arrived;
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::{ReleaseRead, ReleaseWrite};

/// Requests at the same time that a client is asked to keep to.
const CONCURRENCY: u32 = 8;

/// What is accepted. Without it old clients upload nothing but debug files.
const ACCEPT: &[&str] = &[
    "debug_files",
    "release_files",
    "pdbs",
    "sources",
    "bcsymbolmaps",
    "il2cpp",
    "portablepdbs",
    "proguard",
    "artifact_bundles",
    "artifact_bundles_v2",
];

/// Compressed bytes that are unpacked at a time: they become a thousand times as many at most.
const UNPACKED_STEP: usize = 4 << 10;

pub fn routes() -> Router<App> {
    let route = get(show).post(create).layer(DefaultBodyLimit::disable());
    Router::new().route("/organizations/{organization}/chunk-upload/", route)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OptionsView {
    url: String,
    chunk_size: u64,
    chunks_per_request: usize,
    max_file_size: u64,
    max_request_size: u64,
    concurrency: u32,
    hash_algorithm: &'static str,
    compression: [&'static str; 1],
    max_wait: u32,
    accept: &'static [&'static str],
}

/// How to upload. The address is the one the client came by: it reaches that one.
async fn show(State(app): State<App>, access: OrganizationAccess<ReleaseRead>, arrived: Arrived) -> impl IntoResponse {
    let base = arrived.root_url(&app);
    let sizes = chunks::sizes(&app.config.uploads);
    Json(OptionsView {
        url: format!("{base}/api/0/organizations/{}/chunk-upload/", access.organization.slug),
        chunk_size: sizes.chunk,
        chunks_per_request: MAX_CHUNKS,
        max_file_size: app.config.uploads.max_file_bytes,
        max_request_size: sizes.request,
        concurrency: CONCURRENCY,
        hash_algorithm: "sha1",
        compression: ["gzip"],
        max_wait: 0,
        accept: ACCEPT,
    })
}

/// Each part is a chunk, named by its SHA-1; `file_gzip` is compressed. Chunks that came before a wrong one stay.
async fn create(
    State(app): State<App>,
    access: OrganizationAccess<ReleaseWrite>,
    headers: HeaderMap,
    form: Result<Form>,
) -> Result<Response> {
    if is_empty(&headers) {
        return Ok(StatusCode::OK.into_response());
    }
    match receive(&app, &access, form?).await {
        Ok(()) => Ok(StatusCode::OK.into_response()),
        Err(ChunkError::Refused(message)) => {
            let body = json!({"error": message, "detail": message});
            Ok((StatusCode::BAD_REQUEST, Json(body)).into_response())
        }
        Err(ChunkError::Content(error)) => Err(error.into()),
        Err(ChunkError::Database(error)) => Err(error.into()),
    }
}

/// Clients check their credentials with a request that brings nothing.
fn is_empty(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    length.is_some_and(|length| length.as_bytes() == b"0")
}

async fn receive(app: &App, access: &OrganizationAccess<ReleaseWrite>, mut form: Form) -> Result<(), ChunkError> {
    let (mut count, mut total) = (0, 0);
    while let Some(part) = form.next().await.map_err(refused)? {
        let is_packed = match part.name() {
            "file" => false,
            "file_gzip" => true,
            _ => {
                part.skip().await.map_err(refused)?;
                continue;
            }
        };
        count += 1;
        if count > MAX_CHUNKS {
            return Err(ChunkError::Refused(format!("Too many chunks: at most {MAX_CHUNKS} per request")));
        }
        let name = part.file_name().and_then(Checksum::parse);
        let sha1 = name.ok_or_else(|| ChunkError::Refused("a chunk's file name is its SHA-1".to_owned()))?;
        let mut receiving = Receiving::new(app, sha1);
        if let Err(error) = read(part, is_packed, &mut receiving, &mut total).await {
            receiving.abort().await;
            return Err(error);
        }
        receiving.finish(access.organization.id).await?;
    }
    Ok(())
}

async fn read(
    mut part: Part<'_>,
    is_packed: bool,
    receiving: &mut Receiving,
    total: &mut u64,
) -> Result<(), ChunkError> {
    let mut unpacker = is_packed.then(|| GzDecoder::new(Vec::new()));
    while let Some(piece) = part.piece().await.map_err(refused)? {
        *total += piece.len() as u64;
        if *total > MAX_REQUEST {
            return Err(ChunkError::Refused(format!("Request too large: at most {MAX_REQUEST} bytes of chunks")));
        }
        let Some(unpacker) = &mut unpacker else {
            receiving.write(piece).await?;
            continue;
        };
        for step in piece.chunks(UNPACKED_STEP) {
            unpacker
                .write_all(step)
                .map_err(|error| ChunkError::Refused(format!("a chunk cannot be unpacked: {error}")))?;
            receiving.write(Bytes::from(std::mem::take(unpacker.get_mut()))).await?;
        }
    }
    if let Some(unpacker) = unpacker {
        let rest =
            unpacker.finish().map_err(|error| ChunkError::Refused(format!("a chunk cannot be unpacked: {error}")))?;
        receiving.write(Bytes::from(rest)).await?;
    }
    Ok(())
}

fn refused(error: Error) -> ChunkError {
    ChunkError::Refused(match error {
        Error::BadRequest(message) => message.into_owned(),
        other => other.to_string(),
    })
}

//! Embedded files, served under a hash of their content so that browsers keep them for good.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

use super::error::{Error, Result};
use crate::types::hex;

#[derive(Embed)]
#[folder = "static/"]
struct Static;

/// The path of an asset, for instance `/_static/3f2a9bc1/app.css`; the base path goes before it.
pub fn url(name: &str) -> String {
    let hash = Static::get(name).map_or_else(|| "missing".to_owned(), |file| short_hash(&file));
    format!("/_static/{hash}/{name}")
}

/// Serves any hash: a page of an older process may ask for an asset of this one.
pub async fn show(Path((_hash, name)): Path<(String, String)>) -> Result<Response> {
    let file = Static::get(&name).ok_or(Error::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, file.metadata.mimetype().to_owned()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, file.data).into_response())
}

fn short_hash(file: &EmbeddedFile) -> String {
    hex::encode(&file.metadata.sha256_hash()[..4])
}

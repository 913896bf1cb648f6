//! Content in the blob store, and the rows that say what is there.
//!
//! Whoever stores content touches its row first, and what refers to it follows within days. Cleanup deletes content
//! whose row nobody touched for days and nothing refers to, and holds the row while it does. So the two cannot miss
//! each other: the uploader either comes first and the content stays, or waits, finds it gone and writes it again.

use bytes::Bytes;
use chrono::TimeDelta;

use crate::app::App;
use crate::outbound::blobs::{Arrived, Blobs};
use crate::store::blobs;

/// Content that nothing refers to stays this long: attachments wait for their event.
const UNUSED_AGE: TimeDelta = TimeDelta::hours(48);

/// What an interrupted upload left behind goes after this long.
const REMAINS_AGE: TimeDelta = TimeDelta::hours(24);

/// Contents deleted per transaction.
const CHUNK: i64 = 500;

/// Why content could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("the file store does not work: {0}")]
    Store(#[from] std::io::Error),
}

/// Stores content that arrived, to which something will refer within [`UNUSED_AGE`].
pub async fn keep(app: &App, arrived: &Arrived) -> Result<(), Error> {
    let size = i64::try_from(arrived.size).unwrap_or(i64::MAX);
    blobs::touch(&app.db, &arrived.key, size, app.clock.now()).await?;
    Ok(app.blobs.keep(arrived).await?)
}

/// Stores content that is in memory, and gives its key.
pub async fn put(app: &App, content: Bytes) -> Result<String, Error> {
    let arrived = Blobs::arrived(content);
    keep(app, &arrived).await?;
    Ok(arrived.key)
}

/// Deletes content that nothing refers to, and what interrupted uploads left behind; returns how many.
pub async fn delete_unused(app: &App) -> Result<u64, Error> {
    let now = app.clock.now();
    let mut total = app.blobs.delete_remains(now - REMAINS_AGE).await?;
    while !app.shutdown.is_cancelled() {
        let mut transaction = app.db.begin().await?;
        let keys = blobs::delete_unused(&mut *transaction, now - UNUSED_AGE, CHUNK).await?;
        if keys.is_empty() {
            break;
        }
        for key in &keys {
            app.blobs.delete(key).await?;
        }
        // Rolled back, the rows lead to nothing, and the next run deletes them; no upload believes them.
        transaction.commit().await?;
        total += keys.len() as u64;
    }
    Ok(total)
}

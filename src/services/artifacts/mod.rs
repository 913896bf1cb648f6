//! Artifacts: files of releases, bundles of them, and their content.

mod archive;
mod bundle;
mod incoming;
mod read;
mod release_files;

pub use archive::{Archive, ArchiveError};
pub use bundle::{Bundle, BundleFile, read_bundle};
pub use incoming::Incoming;
pub use read::{gunzip, read};
pub use release_files::{NewFile, create, delete, delete_all, rename};

use chrono::TimeDelta;

use crate::app::App;
use crate::services::blobs;
use crate::store::artifact_bundles;

/// Longest name of a file, in characters.
pub const MAX_NAME: usize = 2000;
/// Longest name of a distribution, in characters.
pub const MAX_DIST: usize = 64;
/// Headers of a file, and characters of each.
pub const MAX_HEADERS: usize = 50;
pub const MAX_HEADER: usize = 2000;

/// Bundles deleted per statement; the files of each go along.
const CHUNK: i64 = 20;

/// Deletes bundles that were not used for long, or belong to no project any more; returns how many.
pub async fn delete_old_bundles(app: &App) -> sqlx::Result<u64> {
    let days = app.config.uploads.bundle_days;
    let before = app.clock.now() - TimeDelta::days(days.into());
    let mut total = 0;
    while !app.shutdown.is_cancelled() {
        let old = if days > 0 { artifact_bundles::delete_old(&app.db, before, CHUNK).await? } else { 0 };
        let deleted = old + artifact_bundles::delete_unlinked(&app.db, CHUNK).await?;
        total += deleted;
        if deleted == 0 {
            break;
        }
    }
    Ok(total)
}

/// Why a file is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("File name must be specified")]
    NoName,
    #[error("File name must have at most {MAX_NAME} characters")]
    LongName,
    #[error("File name must not contain special whitespace characters")]
    Name,
    #[error("dist must have at most {MAX_DIST} characters")]
    Dist,
    #[error("header value was not formatted correctly: it is `Name:Value`, at most {MAX_HEADER} characters")]
    Header,
    #[error("header value must not contain special whitespace characters")]
    HeaderValue,
    #[error("a file has at most {MAX_HEADERS} headers")]
    ManyHeaders,
    #[error("A file matching this name already exists for the given release")]
    Exists,
    #[error("the release was deleted meanwhile")]
    NoRelease,
    #[error("the file is larger than the {0} bytes that uploads.max-file-size allows")]
    TooLarge(u64),
    #[error(transparent)]
    Content(#[from] blobs::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

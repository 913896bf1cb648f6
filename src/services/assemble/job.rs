//! The job that puts a file together and makes of it what was asked for.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::runtime::Handle;

use super::{Request, Target, link, release};
use crate::app::App;
use crate::outbound::blobs::Arrived;
use crate::services::artifacts::{Archive, ArchiveError, Bundle, read_bundle};
use crate::services::job::{Job, JobError};
use crate::services::{blobs, debug_files};
use crate::store::artifact_bundle_files::{self, NewBundleFiles};
use crate::store::artifact_bundles::{self, NewBundle};
use crate::store::assemblies::{self, Assembly, AssemblyState};
use crate::store::chunks::{self, Chunk};
use crate::store::constraint::violated;
use crate::store::release_files::Uploader;
use crate::types::artifact::{Checksum, base_name, ident};
use crate::types::ids::{AssemblyId, JobId};

/// On demand: somebody asked for an assembly, and all chunks were here.
#[derive(Debug, Serialize, Deserialize)]
pub struct AssembleChunks {
    pub assembly_id: AssemblyId,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The client is told, and trying again with the same chunks would not help.
    #[error("{0}")]
    Refused(String),
    /// Chunks are gone: the client is asked for them again.
    #[error("chunks are missing")]
    Missing,
    #[error(transparent)]
    Content(#[from] blobs::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<ArchiveError> for Error {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Store(error) => Self::Content(error.into()),
            refused => Self::Refused(format!("failed to open bundle: {refused}")),
        }
    }
}

impl Job for AssembleChunks {
    const KIND: &'static str = "assemble_chunks";

    async fn run(self, app: &App, _: JobId) -> Result<(), JobError> {
        let Some(assembly) = assemblies::find(&app.db, self.assembly_id).await? else { return Ok(()) };
        if matches!(assembly.state, AssemblyState::Ok | AssemblyState::Error) {
            return Ok(());
        }
        assemblies::update(&app.db, assembly.id, AssemblyState::Assembling, None, app.clock.now()).await?;
        let request: Request = serde_json::from_value(assembly.request.clone()).map_err(JobError::fail)?;
        match make(app, &assembly, request).await {
            Ok(()) => Ok(()),
            Err(Error::Refused(detail)) => Ok(refuse(app, &assembly, &detail).await?),
            Err(Error::Missing) => Ok(assemblies::delete(&app.db, assembly.id).await?),
            Err(Error::Content(blobs::Error::Database(error)) | Error::Database(error)) if is_gone(&error) => {
                Ok(refuse(app, &assembly, "the release or a project of the upload was deleted meanwhile").await?)
            }
            Err(Error::Content(error)) => Err(JobError::retry(error)),
            Err(Error::Database(error)) => Err(error.into()),
        }
    }
}

async fn refuse(app: &App, assembly: &Assembly, detail: &str) -> sqlx::Result<()> {
    assemblies::update(&app.db, assembly.id, AssemblyState::Error, Some(detail), app.clock.now()).await
}

/// Whether a row refers to a release or a project that is no longer there.
fn is_gone(error: &sqlx::Error) -> bool {
    violated(error).is_some_and(|key| key.ends_with("_release_id_fkey") || key.ends_with("_project_id_fkey"))
}

async fn make(app: &App, assembly: &Assembly, request: Request) -> Result<(), Error> {
    let arrived = concatenate(app, assembly, &request).await?;
    match request.target {
        Target::Bundle { .. } => make_bundle(app, assembly, &arrived, request).await,
        Target::Release { release_id, version, organization } => {
            release::make(app, assembly, &arrived, release_id, version, organization).await
        }
        Target::DebugFile { project_id, name, debug_id } => {
            debug_files::make(app, &arrived, project_id, &name, debug_id).await?;
            finished(app, assembly).await
        }
    }
}

/// Puts the chunks behind each other and keeps the file, if it is the one that was announced.
async fn concatenate(app: &App, assembly: &Assembly, request: &Request) -> Result<Arrived, Error> {
    let bytes: Vec<Vec<u8>> = request.chunks.iter().map(|sha1| sha1.0.to_vec()).collect();
    let known = chunks::list_known(&app.db, assembly.organization_id, &bytes).await?;
    let known: HashMap<Checksum, Chunk> = known.into_iter().map(|chunk| (chunk.sha1, chunk)).collect();
    let parts: Option<Vec<&Chunk>> = request.chunks.iter().map(|sha1| known.get(sha1)).collect();
    let parts = parts.ok_or(Error::Missing)?;
    let size: i64 = parts.iter().map(|chunk| chunk.size).sum();
    let limit = app.config.uploads.max_file_bytes;
    if u64::try_from(size).unwrap_or(u64::MAX) > limit {
        return Err(Error::Refused(format!("File exceeds maximum size: {limit} bytes (uploads.max-file-size)")));
    }
    let mut writer = app.blobs.writer();
    for chunk in parts {
        let mut pieces = Box::pin(app.blobs.stream(&chunk.blob).await.map_err(blobs::Error::from)?);
        while let Some(piece) = pieces.try_next().await.map_err(blobs::Error::from)? {
            writer.write(piece).await.map_err(blobs::Error::from)?;
        }
    }
    let arrived = writer.finish().await.map_err(blobs::Error::from)?;
    if arrived.sha1 != request.checksum {
        app.blobs.discard(&arrived).await;
        return Err(Error::Refused("Reported checksum mismatch".to_owned()));
    }
    blobs::keep(app, &arrived).await?;
    Ok(arrived)
}

/// Works on the archive on a thread that may block.
pub(super) async fn with_archive<T: Send + 'static>(
    app: &App,
    arrived: &Arrived,
    work: impl FnOnce(&mut Archive) -> Result<T, ArchiveError> + Send + 'static,
) -> Result<T, Error> {
    let (store, key, size, handle) = (app.blobs.clone(), arrived.key.clone(), arrived.size, Handle::current());
    let working = tokio::task::spawn_blocking(move || {
        let mut archive = Archive::open(&store, &key, size, handle)?;
        work(&mut archive)
    });
    let worked = working.await.map_err(|error| Error::Content(std::io::Error::other(error).into()))?;
    Ok(worked?)
}

async fn make_bundle(app: &App, assembly: &Assembly, arrived: &Arrived, request: Request) -> Result<(), Error> {
    let Target::Bundle { project_ids, version, dist } = request.target else { return Ok(()) };
    let bundle = with_archive(app, arrived, read_bundle).await?;
    let new = NewBundle {
        organization_id: assembly.organization_id,
        checksum: request.checksum,
        debug_id: bundle.debug_id,
        size: i64::try_from(arrived.size).unwrap_or(i64::MAX),
        file_count: i32::try_from(bundle.files.len()).unwrap_or(i32::MAX),
        blob: arrived.key.clone(),
    };
    let files = columns(bundle)?;
    let now = app.clock.now();
    let mut transaction = app.db.begin().await?;
    let id = match artifact_bundles::insert(&mut *transaction, &new, uploader(assembly), now).await? {
        Some(id) => {
            artifact_bundle_files::insert(&mut *transaction, id, &files).await?;
            id
        }
        None => artifact_bundles::find_by_checksum(&mut *transaction, assembly.organization_id, request.checksum)
            .await?
            .ok_or(sqlx::Error::RowNotFound)?,
    };
    let release = version.as_deref().map(|version| (version, dist.as_str()));
    link::link(app, &mut transaction, id, assembly.organization_id, &project_ids, release).await?;
    assemblies::update(&mut *transaction, assembly.id, AssemblyState::Ok, None, now).await?;
    Ok(transaction.commit().await?)
}

fn columns(bundle: Bundle) -> Result<NewBundleFiles, Error> {
    let mut new = NewBundleFiles::default();
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    for file in bundle.files {
        let headers: Value = serde_json::to_value(&file.headers).map_err(|error| Error::Refused(error.to_string()))?;
        new.idents.push(file.url.as_deref().map(|url| ident(url, "").0.to_vec()));
        new.base_names.push(base_name(file.url.as_deref().unwrap_or_default()).to_owned());
        new.urls.push(file.url);
        new.kinds.push(file.kind.as_str());
        new.headers.push(headers);
        new.sourcemap_refs.push(file.traits.sourcemap_ref);
        new.debug_ids.push(file.traits.debug_id);
        new.has_sources.push(file.traits.has_sources);
        new.sizes.push(number(file.entry.size));
        new.data_offsets.push(number(file.data_offset));
        new.data_sizes.push(number(file.entry.data_size));
        new.is_deflated.push(file.entry.is_deflated);
    }
    Ok(new)
}

pub(super) async fn finished(app: &App, assembly: &Assembly) -> Result<(), Error> {
    Ok(assemblies::update(&app.db, assembly.id, AssemblyState::Ok, None, app.clock.now()).await?)
}

pub(super) fn uploader(assembly: &Assembly) -> Uploader {
    Uploader { user_id: assembly.user_id, api_token_id: assembly.api_token_id }
}

//! Putting uploads together from their chunks: asked for by clients again and again, done by a job.
//!
//! A client names the chunks of a file; what is missing is told truthfully, so that an upload that was cut off goes on
//! where it stopped. The job works from what is stored and writes its result in one transaction: killed anywhere, it
//! starts again and leaves nothing half done.

mod job;
mod link;
mod release;

use std::collections::HashSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::services::job::{promise, promise_once};
use crate::store::assemblies::{self, AssemblyState};
use crate::store::chunks;
use crate::store::debug_files::{self, DebugFile};
use crate::store::release_files::Uploader;
use crate::types::artifact::Checksum;
use crate::types::ids::{OrganizationId, ProjectId, ReleaseId};

pub use job::AssembleChunks;
pub use link::ensure_release;

/// Chunks of one file: more than the largest file has.
pub const MAX_CHUNKS: usize = 65_536;

/// How long the state of an assembly is remembered (sourcemaps.md 12.2).
const REMEMBERED: TimeDelta = TimeDelta::minutes(10);

/// How long it is remembered that files of a release were made: clients have long asked by then, and what came after
/// may have taken their names, so that the same archive is to be taken apart again.
const FILES_REMEMBERED: TimeDelta = TimeDelta::minutes(1);

/// How long an assembly may be under way: beyond it, its job has failed for good.
const UNDER_WAY: TimeDelta = TimeDelta::hours(24);

/// How long chunks wait for being assembled.
const CHUNKS_KEPT: TimeDelta = TimeDelta::hours(24);

const CHUNK: i64 = 5_000;

/// What is to be assembled from which chunks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    pub target: Target,
    /// Of the whole file.
    pub checksum: Checksum,
    pub chunks: Vec<Checksum>,
}

/// What the file is to become.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// A bundle of projects, and of a release if it has a version.
    Bundle { project_ids: Vec<ProjectId>, version: Option<String>, dist: String },
    /// The files of a release.
    Release { release_id: ReleaseId, version: String, organization: String },
    /// A debug file.
    DebugFile { project_id: ProjectId, name: String, debug_id: Option<String> },
}

/// How far it has come.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    pub state: State,
    pub missing: Vec<Checksum>,
    pub detail: Option<String>,
    pub debug_file: Option<DebugFile>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Chunks are missing.
    #[default]
    NotFound,
    Created,
    Assembling,
    Ok,
    Error,
}

impl Progress {
    fn of(state: State) -> Self {
        Self { state, ..Self::default() }
    }
}

/// Tells how far an assembly has come, and begins it once all chunks are here.
pub async fn assemble(
    app: &App,
    organization_id: OrganizationId,
    request: &Request,
    uploader: Uploader,
) -> sqlx::Result<Progress> {
    if let Some(done) = find_done(app, organization_id, request).await? {
        return Ok(done);
    }
    let json = serde_json::to_value(request).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let ident = Checksum::of(json.to_string().as_bytes());
    if let Some(progress) = find_under_way(app, organization_id, ident, request).await? {
        return Ok(progress);
    }
    let missing = missing(app, organization_id, &request.chunks).await?;
    if !missing.is_empty() || request.chunks.is_empty() {
        return Ok(Progress { missing, ..Progress::of(State::NotFound) });
    }
    let now = app.clock.now();
    let mut transaction = app.db.begin().await?;
    let id = assemblies::insert(&mut *transaction, organization_id, ident, &json, uploader, now).await?;
    if let Some(assembly_id) = id {
        promise(&mut *transaction, &AssembleChunks { assembly_id }, uploader.user_id, now).await?;
    }
    transaction.commit().await?;
    if id.is_none() {
        revive(app, organization_id, ident).await?;
    }
    Ok(Progress::of(State::Created))
}

/// One like it is under way, unless its job has failed for good: while the files could not be written, for instance.
async fn revive(app: &App, organization_id: OrganizationId, ident: Checksum) -> sqlx::Result<()> {
    let now = app.clock.now();
    match assemblies::find_recent(&app.db, organization_id, ident, now - UNDER_WAY).await? {
        Some(known) => promise_once(&app.db, &AssembleChunks { assembly_id: known.id }, now).await,
        None => Ok(()),
    }
}

/// What exists already needs no chunks; a bundle is linked to what the request names.
async fn find_done(app: &App, organization_id: OrganizationId, request: &Request) -> sqlx::Result<Option<Progress>> {
    match &request.target {
        Target::Bundle { project_ids, version, dist } => {
            let release = version.as_deref().map(|version| (version, dist.as_str()));
            let is_known = link::link_known(app, organization_id, request.checksum, project_ids, release).await?;
            Ok(is_known.then(|| Progress::of(State::Ok)))
        }
        Target::Release { .. } => Ok(None),
        Target::DebugFile { project_id, .. } => {
            let checksum = request.checksum.0.to_vec();
            let known = debug_files::list_by_checksum(&app.db, *project_id, &[checksum]).await?;
            Ok(known.into_iter().next().map(|file| Progress { debug_file: Some(file), ..Progress::of(State::Ok) }))
        }
    }
}

async fn find_under_way(
    app: &App,
    organization_id: OrganizationId,
    ident: Checksum,
    request: &Request,
) -> sqlx::Result<Option<Progress>> {
    let now = app.clock.now();
    let recent = |age| assemblies::find_recent(&app.db, organization_id, ident, now - age);
    let Some(known) = recent(REMEMBERED).await? else { return Ok(None) };
    let state = match known.state {
        AssemblyState::Created => State::Created,
        AssemblyState::Assembling => State::Assembling,
        AssemblyState::Error => State::Error,
        // What was made and is gone again has to be made again; files of a release are forgotten when they go.
        AssemblyState::Ok if matches!(request.target, Target::Release { .. }) => {
            if recent(FILES_REMEMBERED).await?.is_none() {
                return Ok(None);
            }
            State::Ok
        }
        AssemblyState::Ok => return Ok(None),
    };
    Ok(Some(Progress { detail: known.detail, ..Progress::of(state) }))
}

/// Those of these chunks that are not here, each once.
async fn missing(app: &App, organization_id: OrganizationId, wanted: &[Checksum]) -> sqlx::Result<Vec<Checksum>> {
    let bytes: Vec<Vec<u8>> = wanted.iter().map(|sha1| sha1.0.to_vec()).collect();
    let known = chunks::list_known(&app.db, organization_id, &bytes).await?;
    let mut seen: HashSet<Checksum> = known.into_iter().map(|chunk| chunk.sha1).collect();
    Ok(wanted.iter().copied().filter(|sha1| seen.insert(*sha1)).collect())
}

/// Forgets chunks that were not assembled in time, and requests that ended; returns the number of chunks.
pub async fn clean_up(app: &App) -> sqlx::Result<u64> {
    let now = app.clock.now();
    assemblies::delete_old(&app.db, now - UNDER_WAY).await?;
    let mut total = 0;
    while !app.shutdown.is_cancelled() {
        let deleted = chunks::delete_old(&app.db, now - CHUNKS_KEPT, CHUNK).await?;
        total += deleted;
        if deleted == 0 {
            break;
        }
    }
    Ok(total)
}

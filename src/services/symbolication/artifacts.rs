//! The artifacts of a project, as the pipeline asks for them.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, OnceCell, Semaphore};
use uuid::Uuid;

use super::cache::CACHE;
use super::content;
use super::scraping::{Scraped, Scraper};
use crate::app::App;
use crate::pipeline::symbolicate::compact::{self, CompactMap};
use crate::pipeline::symbolicate::context::SourceText;
use crate::pipeline::symbolicate::{ArtifactSource, Failure, Found, FoundBy, MapContent, Nearest, Query, urls};
use crate::store::artifact_bundles;
use crate::store::artifact_lookup::{self, FoundArtifact};
use crate::store::releases;
use crate::types::artifact::{ArtifactKind, base_name};
use crate::types::hex;
use crate::types::ids::{ArtifactBundleId, OrganizationId, ProjectId, ReleaseId};
use crate::types::project_settings::ProjectSettings;

/// A script or source.
const MAX_TEXT_BYTES: usize = 64 << 20;

const BROKE_OFF: &str = "preparing the source map broke off";

/// Artifacts that are offered instead of one that is missing.
const MAX_NEAREST: i64 = 5;

/// Preparing a large map takes much memory, so it is done one at a time.
static PREPARING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));

/// The artifacts of one project, remembering what it was asked. Made anew for each batch or page.
pub struct Artifacts<'a> {
    app: &'a App,
    organization_id: OrganizationId,
    project_id: ProjectId,
    releases: Mutex<HashMap<String, Option<ReleaseId>>>,
    known: Mutex<HashMap<Asked, Option<Found<File>>>>,
    /// Bundles that gave something.
    used: Mutex<HashSet<ArtifactBundleId>>,
    has_any: OnceCell<bool>,
    /// Absent: nothing is fetched from the web.
    scraper: Option<Scraper<'a>>,
}

#[derive(PartialEq, Eq, Hash)]
struct Asked {
    release: Option<String>,
    dist: Option<String>,
    url: Option<String>,
    debug_id: Option<Uuid>,
    kind: ArtifactKind,
}

/// An artifact that was found.
#[derive(Clone, Debug)]
pub enum File {
    Stored(Arc<FoundArtifact>),
    Scraped(Arc<Scraped>),
}

impl File {
    /// Names the content.
    fn key(&self) -> String {
        match self {
            Self::Stored(file) => match file.data_offset {
                Some(offset) => format!("{}+{offset}", file.blob),
                None => file.blob.clone(),
            },
            Self::Scraped(file) => file.key.clone(),
        }
    }

    async fn read(&self, app: &App, max_bytes: usize) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Stored(file) => content::read(app, file, max_bytes).await,
            // It is smaller than every limit.
            Self::Scraped(file) => Ok(file.content.to_vec()),
        }
    }
}

impl<'a> Artifacts<'a> {
    pub fn new(app: &'a App, organization_id: OrganizationId, project_id: ProjectId) -> Self {
        Self {
            app,
            organization_id,
            project_id,
            releases: Mutex::default(),
            known: Mutex::default(),
            used: Mutex::default(),
            has_any: OnceCell::new(),
            scraper: None,
        }
    }

    /// Fetches from the web what nobody uploaded, if project and installation allow it.
    #[must_use]
    pub fn with_web(self, settings: &ProjectSettings) -> Self {
        Self { scraper: Scraper::new(self.app, self.project_id, settings), ..self }
    }

    pub fn project_id(&self) -> ProjectId {
        self.project_id
    }

    async fn release(&self, version: &str) -> sqlx::Result<Option<ReleaseId>> {
        if let Some(known) = self.releases.lock().await.get(version) {
            return Ok(*known);
        }
        let found = releases::find_by_version(&self.app.db, self.organization_id, version).await?.map(|found| found.id);
        self.releases.lock().await.insert(version.to_owned(), found);
        Ok(found)
    }

    async fn stored(&self, query: &Query<'_>) -> sqlx::Result<Option<Found<File>>> {
        let db = &self.app.db;
        if !*self.has_any.get_or_try_init(|| artifact_lookup::has_any(db, self.project_id)).await? {
            return Ok(None);
        }
        if let Some(debug_id) = query.debug_id {
            let found = artifact_lookup::find_by_debug_id(db, self.project_id, debug_id, query.kind).await?;
            if let Some(found) = found {
                self.note_use(&found).await;
                return Ok(Some(described(found, FoundBy::DebugId)));
            }
        }
        let (Some(version), Some(url)) = (query.release, query.url) else { return Ok(None) };
        let Some(release_id) = self.release(version).await? else { return Ok(None) };
        let names = urls::candidates(url);
        let dist = query.dist.unwrap_or_default();
        let found = artifact_lookup::find_by_names(db, self.project_id, release_id, dist, &names).await?;
        let Some(found) = found else { return Ok(None) };
        self.note_use(&found).await;
        let by = if found.bundle_id.is_some() { FoundBy::Bundle } else { FoundBy::ReleaseFile };
        Ok(Some(described(found, by)))
    }

    /// Keeps a bundle from going as one that nobody uses. Nothing waits for it to succeed: there will be other events.
    async fn note_use(&self, artifact: &FoundArtifact) {
        let Some(id) = artifact.bundle_id else { return };
        if !self.used.lock().await.insert(id) {
            return;
        }
        if let Err(error) = artifact_bundles::touch(&self.app.db, &[id.0], self.app.clock.now()).await {
            tracing::warn!(%error, "the use of a bundle cannot be noted");
        }
    }
}

fn described(artifact: FoundArtifact, by: FoundBy) -> Found<File> {
    // Lists keep no more of inline maps than that they are.
    let reference = artifact.sourcemap_ref.clone().filter(|reference| !reference.starts_with("data:"));
    let name = artifact.name.clone().or_else(|| artifact.debug_id.map(|id| id.to_string())).unwrap_or_default();
    Found { name, by, reference, debug_id: artifact.debug_id, file: File::Stored(Arc::new(artifact)) }
}

fn unavailable(error: &sqlx::Error) -> Failure {
    tracing::warn!(%error, "artifacts cannot be looked up");
    Failure { kind: "js_no_source", reason: "artifacts could not be looked up".to_owned() }
}

impl ArtifactSource for Artifacts<'_> {
    type File = File;

    async fn find(&self, query: &Query<'_>) -> Result<Option<Found<File>>, Failure> {
        let asked = Asked {
            release: query.release.map(str::to_owned),
            dist: query.dist.map(str::to_owned),
            url: query.url.map(str::to_owned),
            debug_id: query.debug_id,
            kind: query.kind,
        };
        if let Some(known) = self.known.lock().await.get(&asked) {
            return Ok(known.clone());
        }
        let mut found = self.stored(query).await.map_err(|error| unavailable(&error))?;
        if let (None, Some(scraper), Some(url)) = (&found, &self.scraper, query.url) {
            found = scraper.find(url, query.kind).await?;
        }
        self.known.lock().await.insert(asked, found.clone());
        Ok(found)
    }

    async fn text(&self, file: &File) -> Result<Arc<SourceText>, Failure> {
        let key = file.key();
        if let Some(text) = CACHE.text(&key) {
            return Ok(text);
        }
        let content = file.read(self.app, MAX_TEXT_BYTES).await?;
        let text = Arc::new(SourceText::new(content));
        CACHE.keep_text(key, &text);
        Ok(text)
    }

    async fn map(&self, script: &File, map: MapContent<'_, File>) -> Result<Arc<CompactMap>, Failure> {
        let key = match map {
            MapContent::File(file) => map_key(script, file.key().as_bytes()),
            MapContent::Inline(content) => map_key(script, content),
        };
        if let Some(map) = CACHE.map(&key) {
            return Ok(map);
        }
        if let Some(reason) = CACHE.failure(&key) {
            return Err(Failure { kind: "js_invalid_source", reason });
        }
        let one = PREPARING.acquire().await.map_err(|_| stopped())?;
        // Somebody else may have prepared it meanwhile.
        if let Some(map) = CACHE.map(&key) {
            return Ok(map);
        }
        let (folder, started) = (folder(self.app), Instant::now());
        let opened = {
            let (folder, key) = (folder.clone(), key.clone());
            tokio::task::spawn_blocking(move || CACHE.open_map(&folder, &key)).await
        };
        if let Ok(Some(map)) = opened {
            metrics::histogram!("picket_source_map_seconds", "step" => "open").record(started.elapsed());
            return Ok(map);
        }
        let content = match map {
            MapContent::File(file) => file.read(self.app, compact::MAX_MAP_BYTES).await?,
            MapContent::Inline(content) => content.to_vec(),
        };
        let text = self.text(script).await?;
        let failed_key = key.clone();
        let task = tokio::task::spawn_blocking(move || {
            // The work goes on when nobody waits for it any more, and then it is still the only one.
            let _one = one;
            prepare(&folder, key, &text, &content)
        });
        let prepared = task.await.unwrap_or_else(|_| {
            // What cannot be prepared without a panic is not tried for each event.
            CACHE.keep_failure(failed_key, BROKE_OFF);
            Err(stopped())
        });
        metrics::histogram!("picket_source_map_seconds", "step" => "prepare").record(started.elapsed());
        prepared
    }

    async fn nearest(&self, query: &Query<'_>) -> Vec<Nearest> {
        let Some(url) = query.url else { return Vec::new() };
        let version = query.release.unwrap_or_default();
        let similar =
            artifact_lookup::list_similar(&self.app.db, self.project_id, version, base_name(url), MAX_NEAREST).await;
        let similar = similar.unwrap_or_else(|error| {
            tracing::warn!(%error, "similar artifacts cannot be looked up");
            Vec::new()
        });
        let nearest = |artifact: artifact_lookup::SimilarArtifact| Nearest {
            name: artifact.name,
            release: artifact.version,
            dist: artifact.dist,
        };
        similar.into_iter().map(nearest).collect()
    }
}

fn stopped() -> Failure {
    Failure { kind: "js_invalid_source", reason: BROKE_OFF.to_owned() }
}

/// Makes the compact form and keeps it, or keeps why that is not possible.
fn prepare(folder: &std::path::Path, key: String, script: &SourceText, map: &[u8]) -> Result<Arc<CompactMap>, Failure> {
    let script = Some(script.text()).filter(|text| !text.is_empty());
    let reason = match compact::build(script, map) {
        Ok(bytes) => match CACHE.write_map(folder, &key, bytes) {
            Some(map) => return Ok(map),
            None => "the prepared source map cannot be read".to_owned(),
        },
        Err(error) => error.to_string(),
    };
    CACHE.keep_failure(key, &reason);
    Err(Failure { kind: "js_invalid_source", reason })
}

/// Where prepared maps are kept: beside the files, on each host its own.
fn folder(app: &App) -> PathBuf {
    app.config.source_maps.cache_directory.clone()
}

/// A map is prepared for a script: the same one may come with another.
fn map_key(script: &File, map: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(script.key().as_bytes());
    hash.update(b"\0");
    hash.update(map);
    hex::encode(&hash.finalize())
}

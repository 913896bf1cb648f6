//! Releases as people and sentry-cli make them; events make them too ([`super::events`]).

mod commits;
mod fixes;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::app::App;
use crate::store::release_projects;
use crate::store::releases::{self, Release, ReleaseStatus};
use crate::types::ids::{OrganizationId, UserId};

use commits::SetCommit;
pub use commits::{CommitInput, FileChange, HeadInput};

/// Releases deleted per transaction; the files of each go along.
const CHUNK: i64 = 100;

/// Why a release is not changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Repositories that `refs` name must be there.
    #[error("unknown repository: {0}")]
    UnknownRepository(String),
    #[error("the release cannot be deleted: it is the first release of an issue")]
    IsFirstRelease,
    #[error("the release cannot be deleted: an issue is resolved in it")]
    IsResolution,
    #[error("the release cannot be deleted: events of it are stored")]
    HasEvents,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What is said about a release; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ReleaseChanges {
    pub status: Option<ReleaseStatus>,
    pub reference: Option<String>,
    pub url: Option<String>,
    pub owner_user_id: Option<UserId>,
    pub started_at: Option<DateTime<Utc>>,
    pub released_at: Option<DateTime<Utc>>,
    /// Replaces the commits.
    pub commits: Option<Vec<CommitInput>>,
    /// Where repositories stand.
    pub heads: Vec<HeadInput>,
}

/// Makes a release, or adds to one that is there, and links it to projects. Tells whether it is new to any of them.
pub async fn create(
    app: &App,
    organization_id: OrganizationId,
    version: &str,
    project_ids: &[i64],
    changes: ReleaseChanges,
) -> Result<(Release, bool), Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    releases::insert_missing(&mut *tx, &[organization_id.0], &[version], now).await?;
    let release = releases::find_by_version(&mut *tx, organization_id, version).await?;
    let release = release.ok_or(sqlx::Error::RowNotFound)?;
    let linked = release_projects::insert_missing(&mut *tx, release.id, project_ids).await?;
    let (release, set) = apply(&mut tx, &release, changes, now).await?;
    tx.commit().await?;
    fixes::resolve(app, &release, &set).await?;
    Ok((release, linked > 0))
}

/// Changes a release.
pub async fn update(app: &App, release: &Release, changes: ReleaseChanges) -> Result<Release, Error> {
    let mut tx = app.db.begin().await?;
    let (release, set) = apply(&mut tx, release, changes, app.clock.now()).await?;
    tx.commit().await?;
    // On its own: a batch of events locks issues before releases.
    fixes::resolve(app, &release, &set).await?;
    Ok(release)
}

/// Writes the changes; returns the release as it is then, and its commits if they were set.
async fn apply(
    tx: &mut PgConnection,
    release: &Release,
    changes: ReleaseChanges,
    now: DateTime<Utc>,
) -> Result<(Release, Vec<SetCommit>), Error> {
    let mut release = releases::lock(&mut *tx, release.id).await?.ok_or(sqlx::Error::RowNotFound)?;
    release.status = changes.status.unwrap_or(release.status);
    release.reference = changes.reference.or(release.reference);
    release.url = changes.url.or(release.url);
    release.owner_user_id = changes.owner_user_id.or(release.owner_user_id);
    release.started_at = changes.started_at.or(release.started_at);
    release.released_at = changes.released_at.or(release.released_at);
    releases::update(&mut *tx, &release).await?;
    let set = match changes.commits {
        Some(commits) => commits::replace(tx, &release, commits, now).await?,
        None => Vec::new(),
    };
    commits::set_heads(tx, &release, &changes.heads, now).await?;
    Ok((release, set))
}

/// Deletes a release with its artifacts, unless something refers to it.
pub async fn delete(app: &App, release: &Release) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    let Some(uses) = releases::find_use(&mut *tx, release.id).await? else { return Ok(()) };
    if uses.is_first {
        return Err(Error::IsFirstRelease);
    }
    if uses.is_resolution {
        return Err(Error::IsResolution);
    }
    if uses.has_events {
        return Err(Error::HasEvents);
    }
    // Everything else goes along by foreign keys, the rows of artifacts too; cleanup frees what lies in the blob store.
    releases::delete(&mut *tx, release.id).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes releases whose projects are gone, with their artifacts: they are in no list; returns how many.
pub async fn delete_unlinked(app: &App) -> sqlx::Result<u64> {
    let mut total = 0;
    while !app.shutdown.is_cancelled() {
        let mut tx = app.db.begin().await?;
        let ids = releases::lock_unlinked(&mut *tx, CHUNK).await?;
        // Looks again: a project may have got the release before it was locked.
        let deleted = releases::delete_unlinked(&mut *tx, &ids).await?;
        tx.commit().await?;
        total += deleted;
        if deleted == 0 {
            break;
        }
    }
    Ok(total)
}

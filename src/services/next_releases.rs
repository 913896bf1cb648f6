//! What was resolved "in the next release" is resolved in that release once it is there (inventory.md 4.4), so that people
//! see its name. It changes nothing about which events bring an issue back.

use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::app::App;
use crate::services::events::project_follows_semver;
use crate::services::job::{Job, JobError, check};
use crate::store::issue_resolutions::{self, AwaitedRelease};
use crate::types::ids::{JobId, ReleaseId};
use crate::types::lifecycle::{Release, compare_releases};

/// Issues per transaction.
const CHUNK: i64 = 200;

/// Timed: names the releases that came.
#[derive(Debug, Serialize, Deserialize)]
pub struct NameNextReleases {}

impl Job for NameNextReleases {
    const KIND: &'static str = "name_next_releases";

    async fn run(self, app: &App, id: JobId) -> Result<(), JobError> {
        for awaited in issue_resolutions::list_awaited(&app.db).await? {
            let mut db = app.db.acquire().await?;
            let Some((release_id, version)) = find_next(&mut db, &awaited).await? else { continue };
            drop(db);
            while issue_resolutions::name_next(&app.db, &awaited, (release_id, &version), CHUNK).await? > 0 {
                check(app, id).await?;
            }
        }
        Ok(())
    }
}

/// The release of the project that came first of those that are newer.
async fn find_next(db: &mut PgConnection, awaited: &AwaitedRelease) -> sqlx::Result<Option<(ReleaseId, String)>> {
    let semver = project_follows_semver(&mut *db, awaited.project_id).await?;
    let old = Release { version: &awaited.version, date: awaited.date };
    let later = issue_resolutions::list_later_releases(&mut *db, awaited).await?;
    let next = later.into_iter().find(|(_, version, date)| {
        let new = Release { version, date: *date };
        compare_releases(&new, &old, semver).0.is_gt()
    });
    Ok(next.map(|(id, version, _)| (id, version)))
}

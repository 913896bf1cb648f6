//! Suspect commits: those of an issue's releases that changed the files it happens in.
//!
//! A file is recognised by the end of its path, as Sentry 9 does it: of the commits that changed a file whose last
//! components are those of a frame, the ones with the most equal components count. The frame nearest to the crash weighs
//! most.

use crate::app::App;
use crate::pipeline::ownership::crash_paths;
use crate::store::commit_files::{self, ChangedFile};
use crate::store::commits::Commit;
use crate::store::issues::Issue;
use crate::store::releases;
use crate::types::ids::{OrganizationId, ReleaseId};
use crate::types::json::Object;

/// Frames that count, the first of them most.
const WEIGHTS: i64 = 5;
/// Changes of files that are looked at.
const MAX_FILES: i64 = 1_000;

/// A commit that may have brought an error in.
#[derive(Clone, Debug)]
pub struct Suspect {
    pub commit: Commit,
    /// The file it changed.
    pub path: String,
    /// Components of the path that are those of a frame.
    pub score: usize,
    /// By how near to the crash its file is.
    weight: i64,
}

/// The suspects of an event, the most suspicious first.
pub async fn find(
    app: &App,
    organization_id: OrganizationId,
    issue: &Issue,
    event: &Object<'_>,
) -> sqlx::Result<Vec<Suspect>> {
    let paths = crash_paths(event);
    let releases = releases_of(app, organization_id, issue, event).await?;
    if paths.is_empty() || releases.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = paths.iter().map(|path| commit_files::base_name(path)).collect();
    let files = commit_files::list_by_name(&app.db, &releases, &names, MAX_FILES).await?;
    Ok(suspects(&paths, &files))
}

/// The release of the event, and that in which the issue was first seen.
async fn releases_of(
    app: &App,
    organization_id: OrganizationId,
    issue: &Issue,
    event: &Object<'_>,
) -> sqlx::Result<Vec<i64>> {
    let version = event.get_str("release").filter(|version| !version.is_empty());
    let own = match version {
        Some(version) => releases::find_by_version(&app.db, organization_id, version).await?.map(|release| release.id),
        None => None,
    };
    let mut ids: Vec<i64> = own.into_iter().chain(issue.first_release_id).map(|ReleaseId(id)| id).collect();
    ids.dedup();
    Ok(ids)
}

fn suspects(paths: &[String], files: &[ChangedFile]) -> Vec<Suspect> {
    let mut suspects: Vec<Suspect> = Vec::new();
    let mut weight = WEIGHTS;
    for path in paths {
        if weight == 0 {
            break;
        }
        let best = files.iter().map(|file| score(&file.path, path)).max().unwrap_or(0);
        if best == 0 {
            continue;
        }
        for file in files.iter().filter(|file| score(&file.path, path) == best) {
            if let Some(known) = suspects.iter_mut().find(|suspect| suspect.commit.id == file.commit.id) {
                known.weight += weight;
            } else {
                let (commit, path) = (file.commit.clone(), file.path.clone());
                suspects.push(Suspect { commit, path, score: best, weight });
            }
        }
        weight -= 1;
    }
    suspects.sort_by_key(|suspect| std::cmp::Reverse((suspect.weight, suspect.commit.committed_at)));
    suspects
}

/// How many components two paths have in common at their ends.
fn score(a: &str, b: &str) -> usize {
    let parts =
        |path: &'_ str| path.rsplit('/').filter(|part| !part.is_empty()).map(str::to_lowercase).collect::<Vec<_>>();
    parts(a).iter().zip(&parts(b)).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{ChangedFile, score, suspects};
    use crate::store::commits::Commit;
    use crate::types::ids::{CommitId, RepositoryId};

    fn file(id: i64, path: &str) -> ChangedFile {
        let commit = Commit {
            id: CommitId(id),
            repository_id: RepositoryId(1),
            key: format!("{id}"),
            message: String::new(),
            committed_at: DateTime::from_timestamp(id, 0).unwrap(),
            author_email: None,
            author_name: None,
        };
        ChangedFile { commit, path: path.to_owned() }
    }

    #[test]
    fn paths_are_compared_from_their_ends() {
        for (a, b, expected) in [
            ("src/cart.py", "cart.py", 1),
            ("src/cart.py", "/srv/app/src/cart.py", 2),
            ("SRC/Cart.py", "src/cart.py", 2),
            ("src/cart.py", "lib/cart.py", 1),
            ("src/cart.py", "src/other.py", 0),
            ("", "", 0),
        ] {
            assert_eq!(score(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn the_nearest_file_weighs_most_and_the_longest_match_counts() {
        let paths = ["src/cart/pay.py".to_owned(), "src/app.py".to_owned()];
        let files =
            [file(1, "src/app.py"), file(2, "lib/pay.py"), file(3, "src/cart/pay.py"), file(4, "src/cart/pay.py")];
        let found = suspects(&paths, &files);
        let ids: Vec<(i64, usize)> = found.iter().map(|suspect| (suspect.commit.id.0, suspect.score)).collect();
        assert_eq!(ids, [(4, 3), (3, 3), (1, 2)]);
        assert!(suspects(&paths, &[]).is_empty());
    }
}

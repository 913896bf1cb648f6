//! What a release consists of: `set-commits` with a list, or with where repositories stand (inventory.md 4.5).

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::Error;
use crate::store::commit_files::{self, NewCommitFiles};
use crate::store::commits::{self, NewCommits};
use crate::store::releases::Release;
use crate::store::{commit_authors, release_commits, release_heads, repositories};
use crate::types::ids::{CommitAuthorId, CommitId, RepositoryId};

/// A commit with this in its message is not taken.
const SKIPPED: &str = "#skipsentry";

/// A commit as it is sent.
#[derive(Clone, Debug, Default)]
pub struct CommitInput {
    pub key: String,
    /// None: the repository that stands for all that have no name.
    pub repository: Option<String>,
    pub message: String,
    pub author_name: Option<String>,
    pub author_email: Option<String>,
    pub committed_at: Option<DateTime<Utc>>,
    pub files: Vec<FileChange>,
}

/// A file that a commit changed.
#[derive(Clone, Debug)]
pub struct FileChange {
    pub path: String,
    /// `A`, `M` or `D`.
    pub kind: &'static str,
}

/// Where a repository stands.
#[derive(Clone, Debug)]
pub struct HeadInput {
    pub repository: String,
    pub key: String,
}

/// A commit that is stored, with what else its message may do.
#[derive(Clone, Debug)]
pub struct SetCommit {
    pub id: CommitId,
    pub key: String,
    pub message: String,
    pub author_email: Option<String>,
}

/// Replaces the commits of a release, the newest first; where times are the same or unknown, in the order they came.
pub async fn replace(
    tx: &mut PgConnection,
    release: &Release,
    mut sent: Vec<CommitInput>,
    now: DateTime<Utc>,
) -> Result<Vec<SetCommit>, Error> {
    sent.retain(|commit| !commit.message.contains(SKIPPED));
    sent.sort_by_key(|commit| std::cmp::Reverse(commit.committed_at));
    let nameless = format!("organization-{}", release.organization_id);
    let name_of = |commit: &CommitInput| commit.repository.clone().unwrap_or_else(|| nameless.clone());
    let mut seen = HashSet::new();
    sent.retain(|commit| seen.insert((name_of(commit), commit.key.clone())));

    let names: Vec<String> = seen.into_iter().map(|(name, _)| name).collect::<HashSet<_>>().into_iter().collect();
    let repositories = repository_ids(tx, release, names, now).await?;
    let authors = author_ids(tx, release, &sent).await?;
    let mut new = NewCommits::default();
    for commit in &sent {
        new.repository_ids.push(repositories[&name_of(commit)].0);
        new.keys.push(commit.key.clone());
        new.author_ids.push(author_email(commit).and_then(|email| authors.get(&email)).map(|id| id.0));
        new.messages.push(commit.message.clone());
        new.committed_at.push(commit.committed_at.unwrap_or(now));
    }
    let stored = commits::upsert(&mut *tx, &new).await?;
    let ids: HashMap<(RepositoryId, String), CommitId> =
        stored.into_iter().map(|(repository, key, id)| ((repository, key), id)).collect();
    let places: Vec<(RepositoryId, CommitId)> = sent
        .iter()
        .map(|commit| (repositories[&name_of(commit)], commit.key.clone()))
        .map(|place| (place.0, ids[&place]))
        .collect();
    let commit_ids: Vec<i64> = places.iter().map(|(_, id)| id.0).collect();
    release_commits::replace(tx, release.id, &commit_ids).await?;
    save_files(tx, &sent, &commit_ids).await?;
    save_heads(tx, release, &places).await?;
    let stored = places.into_iter().zip(sent).map(|((_, id), commit)| SetCommit {
        id,
        author_email: author_email(&commit),
        key: commit.key,
        message: commit.message,
    });
    Ok(stored.collect())
}

/// Notes where repositories stand. Picket asks no provider for the commits between two heads: what lies between is known
/// when it is sent as a list.
pub async fn set_heads(
    tx: &mut PgConnection,
    release: &Release,
    heads: &[HeadInput],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if heads.is_empty() {
        return Ok(());
    }
    let heads: BTreeMap<&str, &str> = heads.iter().map(|head| (head.repository.as_str(), head.key.as_str())).collect();
    let names: Vec<String> = heads.keys().map(|name| (*name).to_owned()).collect();
    let known = repositories::list_named(&mut *tx, release.organization_id, &names).await?;
    if let Some(missing) = names.iter().find(|name| known.iter().all(|repository| repository.name != **name)) {
        return Err(Error::UnknownRepository(missing.clone()));
    }
    let new = NewCommits {
        repository_ids: known.iter().map(|repository| repository.id.0).collect(),
        keys: known.iter().map(|repository| heads[repository.name.as_str()].to_owned()).collect(),
        author_ids: vec![None; known.len()],
        messages: vec![String::new(); known.len()],
        committed_at: vec![now; known.len()],
    };
    let stored = commits::upsert(&mut *tx, &new).await?;
    let places: Vec<_> = stored.into_iter().map(|(repository, _, id)| (repository, id)).collect();
    Ok(save_heads(tx, release, &places).await?)
}

async fn repository_ids(
    tx: &mut PgConnection,
    release: &Release,
    mut names: Vec<String>,
    now: DateTime<Utc>,
) -> sqlx::Result<HashMap<String, RepositoryId>> {
    // In order, so that two releases at once cannot wait for each other.
    names.sort();
    repositories::insert_missing(&mut *tx, release.organization_id, &names, now).await?;
    let known = repositories::list_named(&mut *tx, release.organization_id, &names).await?;
    Ok(known.into_iter().map(|repository| (repository.name, repository.id)).collect())
}

async fn author_ids(
    tx: &mut PgConnection,
    release: &Release,
    sent: &[CommitInput],
) -> sqlx::Result<HashMap<String, CommitAuthorId>> {
    let mut authors: BTreeMap<String, &str> = BTreeMap::new();
    for commit in sent {
        if let Some(email) = author_email(commit) {
            authors.entry(email).or_insert(commit.author_name.as_deref().unwrap_or_default());
        }
    }
    let emails: Vec<&str> = authors.keys().map(String::as_str).collect();
    let names: Vec<&str> = authors.values().copied().collect();
    let ids = commit_authors::upsert(&mut *tx, release.organization_id, &emails, &names).await?;
    Ok(ids.into_iter().collect())
}

/// The author's address; where only a name is known one is made up, as clients of Sentry expect.
fn author_email(commit: &CommitInput) -> Option<String> {
    if let Some(email) = commit.author_email.clone().filter(|email| !email.is_empty()) {
        return Some(email);
    }
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = commit.author_name.as_deref()?.chars().filter(is_plain).collect();
    (!name.is_empty()).then(|| format!("{}@localhost", name.to_lowercase()))
}

async fn save_files(tx: &mut PgConnection, sent: &[CommitInput], commit_ids: &[i64]) -> sqlx::Result<()> {
    let mut new = NewCommitFiles::default();
    for (commit, id) in sent.iter().zip(commit_ids) {
        let mut paths = HashSet::new();
        for file in commit.files.iter().filter(|file| paths.insert(file.path.as_str())) {
            new.commit_ids.push(*id);
            new.paths.push(file.path.clone());
            new.kinds.push(file.kind);
        }
    }
    if new.paths.is_empty() { Ok(()) } else { commit_files::insert(&mut *tx, &new).await }
}

/// The first commit of each repository is where it stands.
async fn save_heads(tx: &mut PgConnection, release: &Release, places: &[(RepositoryId, CommitId)]) -> sqlx::Result<()> {
    let mut seen = HashSet::new();
    let heads: Vec<_> = places.iter().filter(|(repository, _)| seen.insert(*repository)).collect();
    let repository_ids: Vec<i64> = heads.iter().map(|(repository, _)| repository.0).collect();
    let commit_ids: Vec<i64> = heads.iter().map(|(_, commit)| commit.0).collect();
    release_heads::upsert(&mut *tx, release.id, &repository_ids, &commit_ids).await
}

#[cfg(test)]
mod tests {
    use super::{CommitInput, author_email};

    #[test]
    fn authors_without_an_address_get_one() {
        for (name, email, expected) in [
            (Some("Ada Lovelace"), Some("ada@example.com"), Some("ada@example.com")),
            (Some("Ada L. (she)"), None, Some("adal.she@localhost")),
            (Some("Ada"), Some(""), Some("ada@localhost")),
            (Some("李雷"), None, None),
            (None, None, None),
        ] {
            let commit = CommitInput {
                author_name: name.map(str::to_owned),
                author_email: email.map(str::to_owned),
                ..CommitInput::default()
            };
            assert_eq!(author_email(&commit).as_deref(), expected);
        }
    }
}

//! Commits that say they fix issues (`fixes SHOP-1A, SHOP-2`) resolve them in their release.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::commits::SetCommit;
use crate::app::App;
use crate::store::activities::{self, NewActivity};
use crate::store::issues::{self, ShortIssue, state};
use crate::store::releases::Release;
use crate::store::{issue_commits, issue_resolutions, release_projects, users};
use crate::types::ids::UserId;
use crate::types::short_id;

const KEYWORDS: [&str; 9] = ["fix", "fixes", "fixed", "close", "closes", "closed", "resolve", "resolves", "resolved"];

/// More issues than anyone fixes in one commit.
const MAX_ISSUES: usize = 50;

/// Resolves the issues of the release's projects that its commits name, and those that were resolved by one of them
/// before there was a release. A pair of commit and issue counts once: sending
/// the same commits again does not resolve what came back meanwhile.
pub async fn resolve(app: &App, release: &Release, commits: &[SetCommit]) -> sqlx::Result<()> {
    let ids: Vec<i64> = commits.iter().map(|commit| commit.id.0).collect();
    issue_resolutions::release_commits(&app.db, release.id, &ids).await?;
    let mut named: BTreeMap<(String, i64), &SetCommit> = BTreeMap::new();
    for commit in commits {
        named.extend(short_ids(&commit.message).into_iter().map(|id| (id, commit)));
    }
    if named.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let project_ids: Vec<i64> =
        release_projects::list_project_ids(&mut *tx, release.id).await?.into_iter().map(|id| id.0).collect();
    let (slugs, numbers): (Vec<String>, Vec<i64>) = named.keys().cloned().unzip();
    let found = issues::lock_by_short_ids(&mut *tx, &project_ids, &slugs, &numbers).await?;
    let fixed: Vec<(&ShortIssue, &SetCommit)> =
        found.iter().map(|issue| (issue, named[&(issue.project_slug.clone(), issue.short_id)])).collect();
    let issue_ids: Vec<i64> = fixed.iter().map(|(issue, _)| issue.id.0).collect();
    let commit_ids: Vec<i64> = fixed.iter().map(|(_, commit)| commit.id.0).collect();
    let new = issue_commits::insert_missing(&mut *tx, &issue_ids, &commit_ids, now).await?;
    for (issue, commit) in fixed.iter().filter(|(issue, commit)| new.contains(&(issue.id, commit.id))) {
        resolve_one(&mut tx, release, issue, commit, now).await?;
    }
    tx.commit().await
}

async fn resolve_one(
    tx: &mut PgConnection,
    release: &Release,
    issue: &ShortIssue,
    commit: &SetCommit,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids = [issue.id.0];
    let user_id = author(tx, release, commit).await?;
    state::clear_conditions(&mut *tx, &ids).await?;
    state::resolve(&mut *tx, &ids, now).await?;
    issue_resolutions::insert_in_release(&mut *tx, issue.id, release.id, user_id, now).await?;
    let data = json!({ "commit": commit.key, "version": release.version });
    let new =
        NewActivity { project_id: issue.project_id, issue_id: issue.id, user_id, kind: "set_resolved_in_commit", data };
    activities::insert(&mut *tx, &new, now).await
}

/// The member whose address the commit names.
async fn author(tx: &mut PgConnection, release: &Release, commit: &SetCommit) -> sqlx::Result<Option<UserId>> {
    let Some(email) = commit.author_email.clone() else { return Ok(None) };
    let members = users::list_members_by_email(&mut *tx, release.organization_id, &[email]).await?;
    Ok(members.first().map(|user| user.id))
}

/// The short ids that stand behind a keyword.
fn short_ids(message: &str) -> Vec<(String, i64)> {
    let mut ids = Vec::new();
    let mut is_listing = false;
    for word in message.split(|c: char| c.is_whitespace() || c == ',') {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_keyword = KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword));
        match short_id::parse(word) {
            Some(id) if is_listing => ids.push(id),
            _ if is_keyword => is_listing = true,
            _ => is_listing = is_listing && (word.is_empty() || word.eq_ignore_ascii_case("and")),
        }
    }
    ids.truncate(MAX_ISSUES);
    ids
}

#[cfg(test)]
mod tests {
    use super::short_ids;

    #[test]
    fn keywords_make_short_ids_count() {
        for (message, expected) in [
            ("Fixes SHOP-1", "shop-1"),
            ("fix: SHOP-1, SHOP-2 and my-shop-3.", "shop-1 shop-2 my-shop-3"),
            ("Refactor\n\nResolves SHOP-1A\nCloses (SHOP-2)", "shop-42 shop-2"),
            ("See SHOP-1, fixes nothing", ""),
            ("Fixes the cart of SHOP-1", ""),
            ("prefix SHOP-1", ""),
            ("FIXED #SHOP-Z", "shop-31"),
            ("", ""),
        ] {
            let found: Vec<String> = short_ids(message).iter().map(|(slug, n)| format!("{slug}-{n}")).collect();
            assert_eq!(found.join(" "), expected, "{message}");
        }
        assert_eq!(short_ids(&format!("fixes {}", "A-1 ".repeat(5000))).len(), 50);
    }
}

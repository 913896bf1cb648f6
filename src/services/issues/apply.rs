//! Writing a change to issues whose rows the transaction holds.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::change::{Change, Resolve};
use super::{Error, ids};
use crate::store::activities::{self, NewActivities};
use crate::store::issues::state::{self, IssueState};
use crate::store::{
    issue_bookmarks, issue_commits, issue_subscriptions, issue_views, release_commits, release_projects, releases,
};
use crate::types::ids::{ActivityId, CommitId, IssueId, ProjectId, ReleaseId, UserId};
use crate::types::lifecycle::{ResolutionKind, Snooze, semver_package};

/// Who changes, and when.
#[derive(Clone, Copy, Debug)]
pub struct By {
    pub user_id: UserId,
    pub now: DateTime<Utc>,
}

/// The histories' new entries.
type Entries = Vec<(IssueId, ActivityId)>;

/// Writes the change.
pub async fn apply(tx: &mut PgConnection, change: &Change, issues: &[IssueState], by: By) -> Result<Entries, Error> {
    let ids = ids(issues);
    let By { user_id, now } = by;
    match change {
        Change::Resolve(how) => resolve(tx, how, issues, by).await,
        Change::Unresolve => {
            state::clear_conditions(&mut *tx, &ids).await?;
            state::unresolve(&mut *tx, &ids, now).await?;
            note(tx, issues, "set_unresolved", |_| json!({}), by).await
        }
        Change::Ignore(snooze) => {
            state::clear_conditions(&mut *tx, &ids).await?;
            state::ignore(&mut *tx, &ids).await?;
            if *snooze != Snooze::default() {
                state::insert_snoozes(&mut *tx, &ids, snooze, (user_id, now)).await?;
            }
            note(tx, issues, "set_ignored", |_| snooze_data(snooze), by).await
        }
        Change::AssignUser(user) => {
            state::assign(&mut *tx, &ids, Some(*user), None).await?;
            let data = json!({ "assignee": user.to_string(), "assigneeType": "user" });
            note(tx, issues, "assigned", |_| data.clone(), by).await
        }
        Change::AssignTeam(team) => {
            state::assign(&mut *tx, &ids, None, Some(*team)).await?;
            let data = json!({ "assignee": team.to_string(), "assigneeType": "team" });
            note(tx, issues, "assigned", |_| data.clone(), by).await
        }
        Change::Unassign => {
            state::assign(&mut *tx, &ids, None, None).await?;
            note(tx, issues, "unassigned", |_| json!({}), by).await
        }
        Change::Bookmark => quietly(issue_bookmarks::insert(&mut *tx, &ids, user_id, now).await),
        Change::Unbookmark => quietly(issue_bookmarks::delete(&mut *tx, &ids, user_id).await),
        Change::Subscribe => quietly(issue_subscriptions::upsert(&mut *tx, &ids, user_id, true, now).await),
        Change::Unsubscribe => quietly(issue_subscriptions::upsert(&mut *tx, &ids, user_id, false, now).await),
        Change::MarkSeen => quietly(issue_views::upsert(&mut *tx, &ids, user_id, now).await),
        Change::MarkUnseen => quietly(issue_views::delete(&mut *tx, &ids, user_id).await),
    }
}

/// What only its person sees leaves no entry.
fn quietly(result: sqlx::Result<()>) -> Result<Entries, Error> {
    result?;
    Ok(Vec::new())
}

/// Whoever decides about an issue, or is to see to it, follows it from then on unless they chose otherwise. Returns whom
/// this made follow which issue.
pub async fn follow(
    tx: &mut PgConnection,
    change: &Change,
    issues: &[IssueState],
    by: By,
) -> Result<Vec<(IssueId, UserId)>, Error> {
    let (user_id, reason) = match change {
        Change::Resolve(_) | Change::Unresolve | Change::Ignore(_) => (by.user_id, "changed_status"),
        Change::AssignUser(user_id) => (*user_id, "assigned"),
        Change::Bookmark => (by.user_id, "bookmarked"),
        _ => return Ok(Vec::new()),
    };
    let new = issue_subscriptions::insert_missing(&mut *tx, &ids(issues), user_id, reason, by.now).await?;
    Ok(new.into_iter().map(|id| (id, user_id)).collect())
}

async fn resolve(tx: &mut PgConnection, how: &Resolve, issues: &[IssueState], by: By) -> Result<Entries, Error> {
    let ids = ids(issues);
    state::clear_conditions(&mut *tx, &ids).await?;
    state::resolve(&mut *tx, &ids, by.now).await?;
    let kind = match how {
        Resolve::Now => return note(tx, issues, "set_resolved", |_| json!({}), by).await,
        Resolve::InCommit(id, key) => return resolve_in_commit(tx, (*id, key), issues, by).await,
        Resolve::InNextRelease => ResolutionKind::InNextRelease,
        Resolve::InCurrentRelease | Resolve::InRelease(..) => ResolutionKind::InRelease,
    };
    let releases = releases(tx, how, issues).await?;
    let release_ids: Vec<i64> = releases.iter().map(|(id, _)| id.0).collect();
    state::insert_resolutions(&mut *tx, &ids, &release_ids, kind, (by.user_id, by.now)).await?;
    // The version of "next release" is known once it is there.
    let version = |place: usize| if kind == ResolutionKind::InNextRelease { "" } else { releases[place].1.as_str() };
    note(tx, issues, "set_resolved_in_release", |place| json!({ "version": version(place) }), by).await
}

/// In the project's release that has the commit; while none has, no event brings the issue back.
async fn resolve_in_commit(
    tx: &mut PgConnection,
    (commit_id, key): (CommitId, &str),
    issues: &[IssueState],
    by: By,
) -> Result<Entries, Error> {
    let ids = ids(issues);
    issue_commits::insert_missing(&mut *tx, &ids, &vec![commit_id.0; ids.len()], by.now).await?;
    let mut versions = Vec::with_capacity(issues.len());
    for issue in issues {
        let release = release_commits::find_release(&mut *tx, commit_id, issue.project_id).await?;
        let by = (by.user_id, by.now);
        match &release {
            Some((id, _)) => {
                let (ids, releases) = ([issue.id.0], [id.0]);
                state::insert_resolutions(&mut *tx, &ids, &releases, ResolutionKind::InRelease, by).await?;
            }
            None => state::insert_commit_resolution(&mut *tx, issue.id, commit_id, by).await?,
        }
        versions.push(release.map(|(_, version)| version).unwrap_or_default());
    }
    let data = |place: usize| json!({ "commit": key, "version": versions[place] });
    note(tx, issues, "set_resolved_in_commit", data, by).await
}

/// The release that each issue's resolution names.
async fn releases(
    tx: &mut PgConnection,
    how: &Resolve,
    issues: &[IssueState],
) -> Result<Vec<(ReleaseId, String)>, Error> {
    if let Resolve::InRelease(id, version) = how {
        return Ok(vec![(*id, version.clone()); issues.len()]);
    }
    let mut project_ids: Vec<ProjectId> = issues.iter().map(|issue| issue.project_id).collect();
    project_ids.sort_unstable();
    project_ids.dedup();
    let mut latest = Vec::with_capacity(project_ids.len());
    for project_id in project_ids {
        let release = latest_release(tx, project_id).await?.ok_or(Error::NoRelease)?;
        latest.push((project_id, release));
    }
    let of_issue = |issue: &IssueState| {
        let found = latest.iter().find(|(project_id, _)| *project_id == issue.project_id);
        found.map(|(_, release)| release.clone()).ok_or(Error::NoRelease)
    };
    issues.iter().map(of_issue).collect()
}

/// The newest release of a project: by version where its releases follow semantic versions, so that a patch of an old
/// version does not count as newer; else by date.
pub async fn latest_release(db: &mut PgConnection, project_id: ProjectId) -> sqlx::Result<Option<(ReleaseId, String)>> {
    let recent = releases::list_recent_versions(&mut *db, project_id, 10).await?;
    let versions: Vec<&str> = recent.iter().map(String::as_str).collect();
    if let Some(package) = semver_package(&versions)
        && let Some(found) = releases::find_highest(&mut *db, project_id, &package).await?
    {
        return Ok(Some(found));
    }
    let latest = release_projects::list_latest(&mut *db, &[project_id.0]).await?;
    Ok(latest.into_iter().next().map(|latest| (latest.release_id, latest.version)))
}

async fn note(
    tx: &mut PgConnection,
    issues: &[IssueState],
    kind: &str,
    data: impl Fn(usize) -> Value,
    by: By,
) -> Result<Entries, Error> {
    let new = NewActivities {
        project_ids: issues.iter().map(|issue| issue.project_id.0).collect(),
        issue_ids: ids(issues),
        data: (0..issues.len()).map(data).collect(),
    };
    Ok(activities::insert_many(&mut *tx, &new, kind, by.user_id, by.now).await?)
}

/// The names are the API's.
fn snooze_data(snooze: &Snooze) -> Value {
    let members = [
        ("ignoreUntil", snooze.until.map(|until| json!(until))),
        ("ignoreCount", snooze.count.map(|count| json!(count))),
        ("ignoreWindow", snooze.window_minutes.map(|minutes| json!(minutes))),
        ("ignoreUserCount", snooze.user_count.map(|count| json!(count))),
        ("ignoreUserWindow", snooze.user_window_minutes.map(|minutes| json!(minutes))),
    ];
    let known = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(known.collect())
}

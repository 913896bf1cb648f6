//! One change to any number of issues, in one transaction, with its entries in their histories.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{Error, ids, undo};
use crate::app::App;
use crate::services::job;
use crate::services::retention::DeleteIssues;
use crate::store::activities::{self, NewActivities};
use crate::store::issues::state::{self, IssueState};
use crate::store::{issue_bookmarks, issue_views};
use crate::types::ids::{IssueId, ReleaseId, TeamId, UserId};
use crate::types::lifecycle::{ResolutionKind, Snooze};

/// What is to become of issues.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Resolve(Resolve),
    Unresolve,
    /// Until the snooze ends; one without conditions never does. Its counters are filled in.
    Ignore(Snooze),
    AssignUser(UserId),
    AssignTeam(TeamId),
    Unassign,
    Bookmark,
    Unbookmark,
    MarkSeen,
    MarkUnseen,
    Delete,
}

/// In what issues are resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolve {
    Now,
    /// In the newest release of each issue's project.
    InCurrentRelease,
    /// In whatever follows the newest release.
    InNextRelease,
    InRelease(ReleaseId, String),
}

/// What a change did.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// The issues that are different now.
    pub changed: Vec<IssueId>,
    /// How many were as wanted already.
    pub unchanged: usize,
    /// Takes the change back; absent where it can't be.
    pub undo: Option<String>,
}

/// Changes issues; those that are deleted meanwhile are left out.
pub async fn change(app: &App, user_id: UserId, issue_ids: &[IssueId], change: &Change) -> Result<Applied, Error> {
    let now = app.clock.now();
    let wanted: Vec<i64> = issue_ids.iter().map(|id| id.0).collect();
    let mut tx = app.db.begin().await?;
    let before = state::lock(&mut *tx, &wanted, user_id).await?;
    let (changing, same): (Vec<_>, Vec<_>) = before.into_iter().partition(|state| change.alters(state));
    if changing.is_empty() {
        return Ok(Applied { unchanged: same.len(), ..Applied::default() });
    }
    let activity_ids = apply(&mut tx, change, &changing, (user_id, now)).await?;
    tx.commit().await?;
    let changed = changing.iter().map(|state| state.id).collect();
    let is_reversible = *change != Change::Delete;
    let undo = if is_reversible { undo::remember(app, user_id, change, changing, activity_ids).await } else { None };
    Ok(Applied { changed, unchanged: same.len(), undo })
}

impl Change {
    /// Whether an issue is not yet as wanted. New conditions always count.
    fn alters(&self, state: &IssueState) -> bool {
        match self {
            Self::Resolve(Resolve::Now) => state.status != "resolved" || state.resolution.is_some(),
            Self::Resolve(_) | Self::Delete => true,
            Self::Unresolve => state.status != "unresolved",
            Self::Ignore(snooze) => state.status != "ignored" || state.snooze.is_some() || *snooze != Snooze::default(),
            Self::AssignUser(user) => state.assignee_user_id != Some(*user) || state.assignee_team_id.is_some(),
            Self::AssignTeam(team) => state.assignee_team_id != Some(*team) || state.assignee_user_id.is_some(),
            Self::Unassign => state.assignee_user_id.is_some() || state.assignee_team_id.is_some(),
            Self::Bookmark => !state.is_bookmarked,
            Self::Unbookmark => state.is_bookmarked,
            Self::MarkSeen => state.seen_at.is_none(),
            Self::MarkUnseen => state.seen_at.is_some(),
        }
    }
}

/// Writes the change; returns the ids of the histories' new entries.
async fn apply(
    tx: &mut PgConnection,
    change: &Change,
    issues: &[IssueState],
    (user_id, now): (UserId, DateTime<Utc>),
) -> Result<Vec<i64>, Error> {
    let ids = ids(issues);
    let by = (user_id, now);
    match change {
        Change::Resolve(how) => resolve(tx, how, issues, by).await,
        Change::Unresolve => {
            state::clear_conditions(&mut *tx, &ids).await?;
            state::unresolve(&mut *tx, &ids, now).await?;
            Ok(note(tx, issues, "set_unresolved", |_| json!({}), by).await?)
        }
        Change::Ignore(snooze) => {
            state::clear_conditions(&mut *tx, &ids).await?;
            state::ignore(&mut *tx, &ids).await?;
            if *snooze != Snooze::default() {
                state::insert_snoozes(&mut *tx, &ids, snooze, by).await?;
            }
            Ok(note(tx, issues, "set_ignored", |_| snooze_data(snooze), by).await?)
        }
        Change::AssignUser(user) => {
            state::assign(&mut *tx, &ids, Some(*user), None).await?;
            let data = json!({ "assignee": user.to_string(), "assigneeType": "user" });
            Ok(note(tx, issues, "assigned", |_| data.clone(), by).await?)
        }
        Change::AssignTeam(team) => {
            state::assign(&mut *tx, &ids, None, Some(*team)).await?;
            let data = json!({ "assignee": team.to_string(), "assigneeType": "team" });
            Ok(note(tx, issues, "assigned", |_| data.clone(), by).await?)
        }
        Change::Unassign => {
            state::assign(&mut *tx, &ids, None, None).await?;
            Ok(note(tx, issues, "unassigned", |_| json!({}), by).await?)
        }
        Change::Delete => {
            state::mark_deleted(&mut *tx, &ids).await?;
            let job = DeleteIssues { issue_ids: issues.iter().map(|issue| issue.id).collect() };
            job::promise(&mut *tx, &job, Some(user_id), now).await?;
            Ok(Vec::new())
        }
        Change::Bookmark => quietly(issue_bookmarks::insert(&mut *tx, &ids, user_id, now).await),
        Change::Unbookmark => quietly(issue_bookmarks::delete(&mut *tx, &ids, user_id).await),
        Change::MarkSeen => quietly(issue_views::upsert(&mut *tx, &ids, user_id, now).await),
        Change::MarkUnseen => quietly(issue_views::delete(&mut *tx, &ids, user_id).await),
    }
}

/// What only its person sees leaves no entry.
fn quietly(result: sqlx::Result<()>) -> Result<Vec<i64>, Error> {
    result?;
    Ok(Vec::new())
}

async fn resolve(
    tx: &mut PgConnection,
    how: &Resolve,
    issues: &[IssueState],
    by: (UserId, DateTime<Utc>),
) -> Result<Vec<i64>, Error> {
    let ids = ids(issues);
    state::clear_conditions(&mut *tx, &ids).await?;
    state::resolve(&mut *tx, &ids, by.1).await?;
    let kind = match how {
        Resolve::Now => return Ok(note(tx, issues, "set_resolved", |_| json!({}), by).await?),
        Resolve::InNextRelease => ResolutionKind::InNextRelease,
        Resolve::InCurrentRelease | Resolve::InRelease(..) => ResolutionKind::InRelease,
    };
    let releases = releases(tx, how, issues).await?;
    let release_ids: Vec<i64> = releases.iter().map(|(id, _)| id.0).collect();
    state::insert_resolutions(&mut *tx, &ids, &release_ids, kind, by).await?;
    // The version of "next release" is known once it is there.
    let version = |place: usize| if kind == ResolutionKind::InNextRelease { "" } else { releases[place].1.as_str() };
    Ok(note(tx, issues, "set_resolved_in_release", |place| json!({ "version": version(place) }), by).await?)
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
    let mut project_ids: Vec<i64> = issues.iter().map(|issue| issue.project_id.0).collect();
    project_ids.sort_unstable();
    project_ids.dedup();
    let latest = state::list_latest_releases(&mut *tx, &project_ids).await?;
    let of_issue = |issue: &IssueState| {
        let found = latest.iter().find(|(project_id, ..)| *project_id == issue.project_id);
        found.map(|(_, id, version)| (*id, version.clone())).ok_or(Error::NoRelease)
    };
    issues.iter().map(of_issue).collect()
}

async fn note(
    tx: &mut PgConnection,
    issues: &[IssueState],
    kind: &str,
    data: impl Fn(usize) -> Value,
    (user_id, now): (UserId, DateTime<Utc>),
) -> sqlx::Result<Vec<i64>> {
    let new = NewActivities {
        project_ids: issues.iter().map(|issue| issue.project_id.0).collect(),
        issue_ids: ids(issues),
        data: (0..issues.len()).map(data).collect(),
    };
    activities::insert_many(&mut *tx, &new, kind, user_id, now).await
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

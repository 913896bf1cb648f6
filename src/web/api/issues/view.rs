//! An issue as lists show it (web-api.md 3.6).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::IssueScope;
use super::status_details::{Counters, StatusDetailsView};
use crate::app::App;
use crate::services::ownership::Candidate;
use crate::store::issue_lists::{self, ListedIssue};
use crate::store::issue_resolutions::{self, IssueResolution};
use crate::store::issue_snoozes::{self, IssueSnooze};
use crate::store::projects::Project;
use crate::store::search::Condition;
use crate::store::search::numbers::{self, Numbers};
use crate::store::users::{self, User};
use crate::store::{commits, issue_hours, issue_shares, issue_subscriptions};
use crate::types::ids::{CommitId, IssueId, UserId};
use crate::types::lifecycle::{Snooze, SnoozeCounters, Status, effective_status, snooze_is_valid};
use crate::types::short_id;
use crate::web::api::date::Date;
use crate::web::api::releases::CommitView;
use crate::web::api::series::{Period, Points};
use crate::web::api::users::UserView;
use crate::web::error::Result;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the published shape")]
pub struct IssueView {
    pub id: String,
    share_id: Option<String>,
    short_id: String,
    count: String,
    user_count: i64,
    title: String,
    culprit: String,
    permalink: String,
    first_seen: Date,
    last_seen: Date,
    logger: Option<String>,
    level: &'static str,
    status: &'static str,
    pub status_details: StatusDetailsView,
    is_public: bool,
    project: ProjectLinkView,
    #[serde(rename = "type")]
    event_type: String,
    metadata: Value,
    num_comments: i32,
    pub assigned_to: Option<ActorView>,
    is_bookmarked: bool,
    pub is_subscribed: bool,
    subscription_details: Option<SubscriptionView>,
    has_seen: bool,
    annotations: [String; 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<HashMap<&'static str, Points>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matching_event_id: Option<String>,
}

#[derive(Serialize)]
struct ProjectLinkView {
    id: String,
    name: String,
    slug: String,
    platform: Option<String>,
}

/// A person or a team.
#[derive(Clone, Debug, Serialize)]
pub struct ActorView {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SubscriptionView {
    Active {
        /// `commented`, `assigned`, `bookmarked`, `changed_status`, `mentioned`, `unknown`, …
        reason: String,
    },
    Refused {
        disabled: bool,
    },
}

/// Issues that were chosen by tags: they are shown with the numbers of those events.
pub struct Filtered {
    tags: Vec<Condition>,
    issues: Vec<ListedIssue>,
}

/// What a list of issues needs beside its rows.
struct Facts {
    resolutions: HashMap<IssueId, IssueResolution>,
    snoozes: HashMap<IssueId, IssueSnooze>,
    /// Assignees, and those who resolved or ignored.
    people: HashMap<UserId, User>,
    commits: HashMap<CommitId, Value>,
    subscriptions: HashMap<IssueId, (bool, String)>,
    shares: HashMap<IssueId, Uuid>,
    now: DateTime<Utc>,
}

impl IssueView {
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The issues of a scope, in the order of the ids; those of other projects are left out.
    pub async fn list(app: &App, scope: &IssueScope, ids: &[i64]) -> Result<Vec<Self>> {
        let mut rows = issue_lists::list(&app.db, ids, scope.user_id).await?;
        rows.retain(|row| !matches!(row.status, Status::PendingDeletion | Status::PendingMerge));
        let facts = Facts::load(app, scope, &rows).await?;
        let views = rows.iter().filter_map(|row| {
            let project = scope.projects.iter().find(|project| project.id == row.project_id)?;
            Some(Self::of(app, &scope.organization_slug, project, row, &facts))
        });
        Ok(views.collect())
    }

    fn of(app: &App, organization: &str, project: &Project, row: &ListedIssue, facts: &Facts) -> Self {
        let snooze = facts.snoozes.get(&row.id);
        let status = shown_status(row, project, snooze.map(|row| &row.snooze), facts.now);
        let (subscription, share) = (facts.subscriptions.get(&row.id), facts.shares.get(&row.id));
        Self {
            id: row.id.to_string(),
            share_id: share.map(|token| token.as_simple().to_string()),
            short_id: short_id::format(&row.project_slug, row.short_id),
            count: row.times_seen.to_string(),
            user_count: row.users_seen,
            title: row.title.clone(),
            culprit: row.culprit.clone(),
            permalink: format!("{}/organizations/{organization}/issues/{}/", app.config.system.url_prefix, row.id),
            first_seen: row.first_seen.into(),
            last_seen: row.last_seen.into(),
            logger: Some(row.logger.clone()).filter(|logger| !logger.is_empty()),
            level: row.level.as_str(),
            status: status.as_str(),
            status_details: facts.status_details(row, status),
            is_public: share.is_some(),
            project: ProjectLinkView {
                id: project.id.to_string(),
                name: project.name.clone(),
                slug: project.slug.clone(),
                platform: project.platform.clone(),
            },
            event_type: row.event_type.clone(),
            metadata: row.metadata.clone(),
            num_comments: row.comments_count,
            assigned_to: facts.assignee(row),
            is_bookmarked: row.is_bookmarked,
            is_subscribed: subscription.is_some_and(|(is_active, _)| *is_active),
            subscription_details: subscription.map(|(is_active, reason)| match is_active {
                // The published name differs from the one that is kept.
                true if reason == "comment" => SubscriptionView::Active { reason: "commented".to_owned() },
                true => SubscriptionView::Active { reason: reason.clone() },
                false => SubscriptionView::Refused { disabled: true },
            }),
            has_seen: row.is_seen,
            annotations: [],
            stats: None,
            matching_event_id: None,
        }
    }
}

impl Facts {
    async fn load(app: &App, scope: &IssueScope, rows: &[ListedIssue]) -> Result<Self> {
        let ids: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
        let resolutions = issue_resolutions::list(&app.db, &ids).await?;
        let snoozes = issue_snoozes::list(&app.db, &ids).await?;
        let assignees = rows.iter().filter_map(|row| row.assignee_user_id);
        let deciders = resolutions.iter().filter_map(|row| row.user_id);
        let deciders = deciders.chain(snoozes.iter().filter_map(|row| row.user_id));
        let mut people: Vec<i64> = assignees.chain(deciders).map(|id| id.0).collect();
        people.sort_unstable();
        people.dedup();
        let users = users::list(&app.db, &people).await?;
        let commits = load_commits(app, scope, &resolutions).await?;
        let subscriptions = issue_subscriptions::list_of_user(&app.db, &ids, scope.user_id).await?;
        Ok(Self {
            resolutions: resolutions.into_iter().map(|resolution| (resolution.issue_id, resolution)).collect(),
            snoozes: snoozes.into_iter().map(|snooze| (snooze.issue_id, snooze)).collect(),
            commits,
            people: users.into_iter().map(|user| (user.id, user)).collect(),
            subscriptions: subscriptions.into_iter().map(|row| (row.issue_id, (row.is_active, row.reason))).collect(),
            shares: issue_shares::list(&app.db, &ids).await?.into_iter().collect(),
            now: app.clock.now(),
        })
    }

    fn status_details(&self, row: &ListedIssue, shown: Status) -> StatusDetailsView {
        let counters = Counters { times_seen: row.times_seen, users_seen: row.users_seen };
        let (resolution, snooze) = (self.resolutions.get(&row.id), self.snoozes.get(&row.id));
        let mut view = StatusDetailsView::of((row.status, shown), resolution, snooze.map(|row| &row.snooze), counters);
        let decider = match shown {
            Status::Resolved => resolution.and_then(|row| row.user_id),
            Status::Ignored => snooze.and_then(|row| row.user_id),
            _ => None,
        };
        view.actor = decider.and_then(|id| self.people.get(&id)).map(UserView::of);
        let commit = resolution.and_then(|row| row.commit_id).filter(|_| shown == Status::Resolved);
        view.in_commit = commit.and_then(|id| self.commits.get(&id)).cloned();
        view
    }

    fn assignee(&self, row: &ListedIssue) -> Option<ActorView> {
        if let Some(user) = row.assignee_user_id.and_then(|id| self.people.get(&id)) {
            return Some(ActorView::user(user));
        }
        let id = row.assignee_team_id?.to_string();
        let name = row.assignee.as_deref().unwrap_or_default().trim_start_matches('#').to_owned();
        Some(ActorView { kind: "team", id, name, email: None })
    }
}

/// The commits that resolve issues and that no release has yet.
async fn load_commits(
    app: &App,
    scope: &IssueScope,
    resolutions: &[IssueResolution],
) -> Result<HashMap<CommitId, Value>> {
    let ids: Vec<i64> = resolutions.iter().filter_map(|row| row.commit_id.map(|id| id.0)).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = commits::list(&app.db, &ids).await?;
    let ids: Vec<CommitId> = rows.iter().map(|row| row.id).collect();
    let views = CommitView::list(app, scope.organization_id, rows).await?;
    let views = views.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
    Ok(ids.into_iter().zip(views).collect())
}

impl ActorView {
    pub fn candidate(candidate: &Candidate) -> Self {
        let name = candidate.name();
        match candidate {
            Candidate::Person(person) => {
                Self { kind: "user", id: person.user_id.to_string(), name, email: Some(person.email.clone()) }
            }
            Candidate::Team(team) => {
                Self { kind: "team", id: team.id.to_string(), name: team.slug.clone(), email: None }
            }
        }
    }

    pub fn user(user: &User) -> Self {
        let (name, email) = (user.display_name().to_owned(), Some(user.email.clone()));
        Self { kind: "user", id: user.id.to_string(), name, email }
    }
}

/// Windows are the cron's to look at; what is known here without counting is shown at once.
fn shown_status(row: &ListedIssue, project: &Project, snooze: Option<&Snooze>, now: DateTime<Utc>) -> Status {
    let counters =
        SnoozeCounters { times_seen: row.times_seen, users_seen: row.users_seen, ..SnoozeCounters::default() };
    let is_valid = snooze.is_none_or(|snooze| snooze_is_valid(snooze, now, &counters));
    effective_status(row.status, is_valid, project.settings.0.resolve_age, row.last_seen, now)
}

impl Filtered {
    /// Reads the issues again: what their views show is text already.
    pub async fn read(app: &App, scope: &IssueScope, ids: &[i64], tags: Vec<Condition>) -> Result<Option<Self>> {
        if tags.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self { tags, issues: issue_lists::list(&app.db, ids, scope.user_id).await? }))
    }

    /// Puts the numbers of the filter in the place of all.
    pub async fn apply(&self, app: &App, views: &mut [IssueView]) -> Result<()> {
        let mut db = app.db.acquire().await?;
        let numbers = numbers::list(&mut db, &self.tags, &self.issues).await?;
        let numbers: HashMap<String, Numbers> = numbers.into_iter().map(|(id, of)| (id.to_string(), of)).collect();
        for view in views {
            let Some(numbers) = numbers.get(&view.id) else { continue };
            view.count = numbers.events.to_string();
            view.user_count = numbers.users;
            view.first_seen = numbers.first_seen.map_or(view.first_seen, Date::from);
            view.last_seen = numbers.last_seen.map_or(view.last_seen, Date::from);
        }
        Ok(())
    }

    async fn hours(&self, app: &App, since: DateTime<Utc>) -> Result<Vec<(IssueId, DateTime<Utc>, i64)>> {
        let mut db = app.db.acquire().await?;
        let hour = TimeDelta::hours(1);
        let buckets = numbers::list_buckets(&mut db, &self.tags, &self.issues, (since, hour.num_seconds())).await?;
        let start = |bucket: i64| since + hour * i32::try_from(bucket).unwrap_or(0);
        Ok(buckets.into_iter().map(|bucket| (bucket.issue_id, start(bucket.bucket), bucket.events)).collect())
    }
}

/// Adds the graph of a period to a list of issues: of all events, or of those of the filter.
pub async fn add_stats(
    app: &App,
    views: &mut [IssueView],
    (ids, filtered): (&[i64], Option<&Filtered>),
    (name, period): (&'static str, Period),
) -> Result<()> {
    let now = app.clock.now();
    let mut hours: HashMap<String, Vec<(DateTime<Utc>, i64)>> = HashMap::new();
    let since = period.start(now);
    let counted = match filtered {
        None => issue_hours::list_since(&app.db, ids, since).await?,
        Some(filtered) => filtered.hours(app, since).await?,
    };
    for (id, hour, events) in counted {
        hours.entry(id.to_string()).or_default().push((hour, events));
    }
    for view in views {
        let points = period.sum(now, hours.remove(&view.id).unwrap_or_default());
        view.stats.get_or_insert_default().insert(name, points);
    }
    Ok(())
}

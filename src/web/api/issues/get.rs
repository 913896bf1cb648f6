//! `GET /issues/{issue}/`, and its graph.

use axum::Json;
use axum::extract::State;

use super::activity::{self, ActivityView};
use super::detail_view::IssueDetailView;
use super::people;
use super::search::IssueScope;
use super::view::{IssueView, add_stats};
use crate::app::App;
use crate::store::projects::Project;
use crate::store::{issue_hours, releases, user_reports};
use crate::types::ids::ReleaseId;
use crate::web::api::releases::ReleaseView;
use crate::web::api::series::{Period, Points};
use crate::web::api::tags::TagKeyView;
use crate::web::error::{Error, Result};
use crate::web::extract::IssueAccess;
use crate::web::extract::needs::EventRead;

/// The newest entries of the history are enough; the others have a list of their own.
const MAX_ACTIVITY: i64 = 100;

pub async fn show(State(app): State<App>, access: IssueAccess<EventRead>) -> Result<Json<IssueDetailView>> {
    let (issue, project) = (access.issue, access.within.project.clone());
    let scope = IssueScope::of_project(access.within);
    let ids = [issue.id.0];
    let mut views = IssueView::list(&app, &scope, &ids).await?;
    for period in [("24h", Period::DAY), ("30d", Period::MONTH)] {
        add_stats(&app, &mut views, (&ids, None), period).await?;
    }
    let view = views.into_iter().next().ok_or(Error::NotFound)?;
    let first_release = release_view(&app, &project, issue.first_release_id).await?;
    Ok(Json(IssueDetailView {
        issue: view,
        activity: activity(&app, issue.id).await?,
        seen_by: people::seen_by(&app, issue.id).await?,
        first_release,
        last_release: release_view(&app, &project, issue.last_release_id).await?,
        participants: people::subscribers(&app, issue.id).await?,
        plugin_actions: [],
        plugin_issues: [],
        plugin_contexts: [],
        user_report_count: user_reports::count_of_issue(&app.db, issue.id).await?,
        tags: TagKeyView::list_of_issue(&app, issue.id).await?,
        current_release: None,
    }))
}

/// `GET /issues/{issue}/stats/`: events per hour of the last day.
pub async fn stats(State(app): State<App>, access: IssueAccess<EventRead>) -> Result<Json<Points>> {
    let (now, period) = (app.clock.now(), Period::DAY);
    let hours = issue_hours::list_since(&app.db, &[access.issue.id.0], period.start(now)).await?;
    Ok(Json(period.sum(now, hours.into_iter().map(|(_, hour, events)| (hour, events)))))
}

async fn activity(app: &App, id: crate::types::ids::IssueId) -> Result<Vec<ActivityView>> {
    activity::newest(app, id, MAX_ACTIVITY).await
}

/// A release of the issue's project.
pub async fn release_view(app: &App, project: &Project, id: Option<ReleaseId>) -> Result<Option<ReleaseView>> {
    let Some(id) = id else { return Ok(None) };
    let releases = releases::list(&app.db, &[id.0]).await?;
    let projects = std::slice::from_ref(project);
    Ok(ReleaseView::list(app, project.organization_id, &releases, projects).await?.into_iter().next())
}

//! `GET /issues/{issue}/environments/{environment}/`: an issue in one environment, as Sentry 8.22 told it.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::{Path, State};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::get::release_view;
use crate::app::App;
use crate::store::issue_environments::{self, IssueEnvironment};
use crate::store::projects::Project;
use crate::store::{environments, releases};
use crate::types::ids::{IssueId, TagValueId};
use crate::web::api::date::Date;
use crate::web::api::releases::ReleaseView;
use crate::web::api::series::{Period, Points};
use crate::web::error::{Error, Result};
use crate::web::extract::IssueAccess;
use crate::web::extract::needs::EventRead;

/// The name of what came without an environment; hours count it as 0.
const NONE: (&str, TagValueId) = ("none", TagValueId(0));

/// Hours are kept.
const HOUR: i64 = 3_600;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueEnvironmentView {
    environment: EnvironmentView,
    first_release: Option<IssueReleaseView>,
    last_release: Option<IssueReleaseView>,
    /// Counts of an issue are kept by environment, not by release too.
    current_release: Option<()>,
    first_seen: Option<Date>,
    last_seen: Option<Date>,
}

#[derive(Serialize)]
struct EnvironmentView {
    id: String,
    name: String,
    stats: BTreeMap<&'static str, Points>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IssueReleaseView {
    release: ReleaseView,
    environment: String,
    first_seen: Date,
    last_seen: Date,
}

pub async fn show(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    Path(path): Path<HashMap<String, String>>,
) -> Result<Json<IssueEnvironmentView>> {
    let name = path.get("environment").filter(|name| !name.contains('\0')).ok_or(Error::NotFound)?;
    let (issue_id, project) = (access.issue.id, &access.within.project);
    if name == NONE.0 {
        let environment =
            EnvironmentView { id: "0".to_owned(), name: String::new(), stats: stats(&app, issue_id, NONE.1).await? };
        return Ok(Json(IssueEnvironmentView::of(environment, None)));
    }
    let found = issue_environments::find(&app.db, issue_id, name).await?.ok_or(Error::NotFound)?;
    let id = environments::find_id(&app.db, project.id, name).await?.ok_or(Error::NotFound)?;
    let stats = stats(&app, issue_id, found.id).await?;
    let environment = EnvironmentView { id: id.to_string(), name: name.clone(), stats };
    let mut view = IssueEnvironmentView::of(environment, Some(&found));
    let place = (issue_id, found.id, name.as_str());
    view.first_release = release(&app, project, place, found.first_seen).await?;
    view.last_release = release(&app, project, place, found.last_seen).await?;
    Ok(Json(view))
}

impl IssueEnvironmentView {
    fn of(environment: EnvironmentView, seen: Option<&IssueEnvironment>) -> Self {
        Self {
            environment,
            first_release: None,
            last_release: None,
            current_release: None,
            first_seen: seen.map(|seen| seen.first_seen.into()),
            last_seen: seen.map(|seen| seen.last_seen.into()),
        }
    }
}

/// Events there over the last day and month.
async fn stats(app: &App, issue_id: IssueId, environment: TagValueId) -> Result<BTreeMap<&'static str, Points>> {
    let (now, start) = (app.clock.now(), Period::MONTH.start(app.clock.now()));
    let buckets = issue_environments::list_buckets(&app.db, issue_id, environment, (start, HOUR)).await?;
    let hours: Vec<_> =
        buckets.iter().map(|bucket| (start + TimeDelta::seconds(bucket.bucket * HOUR), bucket.events)).collect();
    let of = |period: Period| period.sum(now, hours.iter().copied());
    Ok(BTreeMap::from([("24h", of(Period::DAY)), ("30d", of(Period::MONTH))]))
}

/// The release of the event that was seen there at a moment.
async fn release(
    app: &App,
    project: &Project,
    (issue_id, environment, name): (IssueId, TagValueId, &str),
    at: DateTime<Utc>,
) -> Result<Option<IssueReleaseView>> {
    let Some(seen) = issue_environments::find_release(&app.db, issue_id, environment, at).await? else {
        return Ok(None);
    };
    let known = releases::find_by_version(&app.db, project.organization_id, &seen.version).await?;
    let view = release_view(app, project, known.map(|release| release.id)).await?;
    Ok(view.map(|release| IssueReleaseView {
        release,
        environment: name.to_owned(),
        first_seen: seen.first_seen.into(),
        last_seen: seen.last_seen.into(),
    }))
}

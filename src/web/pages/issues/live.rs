//! What is new since a page was opened, for the script that tells of it. Nothing is reordered under the reader's eyes.

use std::ops::Bound;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::address::Address;
use crate::app::App;
use crate::messages::Messages;
use crate::services::issues::query;
use crate::store::search::{self, Between, Condition, Moment};
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{IssueAccess, OrganizationAccess, Viewer};

/// Counting further says no more.
const MAX_COUNT: i64 = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LiveParams {
    /// Milliseconds since 1970 when the list was made.
    since: i64,
    /// As the list has them.
    query: String,
    environment: String,
    project: String,
}

/// Where the script of a list asks.
pub fn address(organization: &str, list: &Address, project: Option<&str>, now: DateTime<Utc>) -> String {
    let params = &list.params;
    let project = project.or(params.project.as_deref()).unwrap_or_default();
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.append_pair("since", &now.timestamp_millis().to_string()).append_pair("query", &list.query());
    for (name, value) in [("environment", params.environment.as_deref().unwrap_or_default()), ("project", project)] {
        if !value.is_empty() {
            text.append_pair(name, value);
        }
    }
    format!("/organizations/{organization}/issues/live/?{}", text.finish())
}

/// `GET /organizations/{organization}/issues/live/`: how many issues of a list are new or changed since it was made.
pub async fn list(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventRead>,
    headers: HeaderMap,
    Query(params): Query<LiveParams>,
) -> Result<Response> {
    let since: DateTime<Utc> =
        DateTime::from_timestamp_millis(params.since).ok_or_else(|| Error::bad_request("since is no time"))?;
    let parsed = query::parse(&params.query, access.actor.user.id, app.clock.now());
    let mut criteria = parsed.map_err(|error| Error::bad_request(error.to_string()))?;
    let mut projects = access.projects(&app).await?;
    let wanted = &params.project;
    projects.retain(|project| wanted.is_empty() || project.slug == *wanted || project.id.to_string() == *wanted);
    criteria.project_ids = projects.iter().map(|project| project.id.0).collect();
    if !params.environment.is_empty() {
        criteria.require_environment(&params.environment);
    }
    let after = |moment| Condition::Time(moment, Between::from(Bound::Excluded(since)));
    criteria.require(after(Moment::LastSeen));
    let mut db = app.db.acquire().await?;
    let changed = search::count(&mut db, &mut criteria, MAX_COUNT).await?;
    let mut new = 0;
    if changed > 0 {
        criteria.require(after(Moment::FirstSeen));
        new = search::count(&mut db, &mut criteria, MAX_COUNT).await?;
    }
    let known = (changed - new).max(0);
    Ok(answer(&headers, &format!("{new}-{known}"), &list_text(new, known, viewer.messages())))
}

fn list_text(new: i64, known: i64, t: Messages) -> String {
    let parts = [(new > 0).then(|| t.mine_new(new)), (known > 0).then(|| t.mine_changed(known))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IssueParams {
    /// How often the issue had been seen when the page was made.
    seen: i64,
}

/// `GET /organizations/{organization}/issues/{issue}/live/`.
pub async fn issue(
    viewer: Viewer,
    access: IssueAccess<EventRead>,
    headers: HeaderMap,
    Query(params): Query<IssueParams>,
) -> Response {
    let newer = access.issue.times_seen.saturating_sub(params.seen).max(0);
    let t = viewer.messages();
    answer(&headers, &newer.to_string(), &if newer > 0 { t.mine_newer(newer) } else { String::new() })
}

/// The text, or nothing if the script knows it.
fn answer(headers: &HeaderMap, state: &str, text: &str) -> Response {
    let tag = format!("\"{state}\"");
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let own = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if known == Some(tag.as_str()) {
        return (StatusCode::NOT_MODIFIED, own).into_response();
    }
    (own, axum::Json(json!({ "text": text }))).into_response()
}

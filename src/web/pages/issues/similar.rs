//! Issues that are like this one, and one of them beside it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::frame::{self, IssueFrame, Opened};
use super::rows::headline;
use super::stored::{self, Wanted};
use crate::app::App;
use crate::messages::Messages;
use crate::pipeline::group::features::calls;
use crate::services::similar;
use crate::store::issue_lists;
use crate::store::issues::{self, Issue};
use crate::types::ids::IssueId;
use crate::types::json::{self, Json};
use crate::types::lifecycle::Status;
use crate::types::short_id;
use crate::web::error::{Error, Result};
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::{numbers, render, visible};

const LIMIT: usize = 30;

#[derive(Debug, Deserialize)]
pub struct Params {
    /// The issue to show beside this one.
    with: Option<IssueId>,
}

#[derive(Template)]
#[template(path = "issues/similar.html")]
struct SimilarPage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    rows: Vec<Row>,
    compared: Option<[Column; 2]>,
}

/// A candidate.
struct Row {
    id: IssueId,
    short_id: String,
    title: String,
    message: String,
    culprit: String,
    events: String,
    /// Percentages; a dash where neither issue has anything of the kind.
    total: String,
    kind: String,
    value: String,
    frames: String,
}

/// An issue beside another.
struct Column {
    path: String,
    short_id: String,
    title: String,
    message: String,
    culprit: String,
    /// Calls nearest to the crash, and whether the other has them.
    calls: Vec<(String, bool)>,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Result<Response> {
    let Opened { issue, access, layout, frame, .. } =
        frame::open(&app, &viewer, actor, (&organization, &id), "similar").await?;
    let found = similar::find(&app, issue.id, LIMIT).await?;
    let ids: Vec<i64> = found.iter().map(|(id, _)| id.0).collect();
    let listed = issue_lists::list(&app.db, &ids, access.actor().user.id).await?;
    let percent = |score: Option<f64>| score.map_or_else(|| "–".to_owned(), |score| format!("{:.0} %", score * 100.0));
    let rows = found.iter().filter_map(|(id, scores)| {
        let row = listed.iter().find(|row| row.id == *id)?;
        let (title, message) = headline(&row.title, &row.metadata);
        Some(Row {
            id: *id,
            short_id: short_id::format(&row.project_slug, row.short_id),
            title,
            message,
            culprit: visible::text(&row.culprit).into_owned(),
            events: numbers::compact(layout.t, row.times_seen),
            total: percent(Some(scores.total())),
            kind: percent(scores.kind),
            value: percent(scores.message),
            frames: percent(scores.frames),
        })
    });
    let rows = rows.collect();
    let compared = match params.with {
        Some(with) => Some(compare(&app, (&frame, &access.project.slug), &issue, with).await?),
        None => None,
    };
    render(&SimilarPage { t: layout.t, layout, frame, rows, compared })
}

/// Both of one project: the viewer sees it, and only such issues can become one.
async fn compare(
    app: &App,
    (frame, project): (&IssueFrame, &str),
    issue: &Issue,
    with: IssueId,
) -> Result<[Column; 2]> {
    let is_there = |other: &Issue| {
        other.project_id == issue.project_id && !matches!(other.status, Status::PendingDeletion | Status::PendingMerge)
    };
    let other = issues::find(&app.db, with).await?.filter(is_there).ok_or(Error::NotFound)?;
    let (mut mine, mut theirs) = (newest_calls(app, issue).await?, newest_calls(app, &other).await?);
    let shared: Vec<String> = mine.iter().filter(|call| theirs.contains(call)).cloned().collect();
    let column = |issue: &Issue, calls: &mut Vec<String>| {
        let (title, message) = headline(&issue.title, &issue.metadata);
        Column {
            path: format!("/organizations/{}/issues/{}/", frame.organization, issue.id),
            short_id: short_id::format(project, issue.short_id),
            title,
            message,
            culprit: visible::text(&issue.culprit).into_owned(),
            calls: calls.drain(..).map(|call| (visible::text(&call).into_owned(), shared.contains(&call))).collect(),
        }
    };
    Ok([column(issue, &mut mine), column(&other, &mut theirs)])
}

async fn newest_calls(app: &App, issue: &Issue) -> Result<Vec<String>> {
    let found = stored::find(app, issue, &Wanted::Newest).await?;
    let bytes = found.as_ref().map(stored::Found::json).transpose()?.unwrap_or_default();
    Ok(json::parse(&bytes).unwrap_or(Json::Null).as_object().map(calls).unwrap_or_default())
}

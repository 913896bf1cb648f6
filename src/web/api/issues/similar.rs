//! `GET /issues/{issue}/similar/`: issues of the project that are like one, with what makes them so.

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::search::IssueScope;
use super::view::IssueView;
use crate::app::App;
use crate::services::similar::{self, Scores};
use crate::web::error::Result;
use crate::web::extract::IssueAccess;
use crate::web::extract::needs::EventRead;

const MAX_LIMIT: usize = 100;
const LIMIT: usize = 20;

#[derive(Debug, Deserialize)]
pub struct Params {
    limit: Option<usize>,
}

/// Scores from 0 to 1 by the names that clients know; what neither issue has is absent.
#[derive(Serialize)]
pub struct ScoresView {
    #[serde(rename = "exception:type:exact", skip_serializing_if = "Option::is_none")]
    kind: Option<f64>,
    #[serde(rename = "exception:message:character-shingles", skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(rename = "exception:stacktrace:pairs", skip_serializing_if = "Option::is_none")]
    frames: Option<f64>,
    #[serde(rename = "message:message:character-shingles", skip_serializing_if = "Option::is_none")]
    message: Option<f64>,
}

impl ScoresView {
    fn of(scores: &Scores) -> Self {
        let is_exception = scores.kind.is_some();
        Self {
            kind: scores.kind,
            value: scores.message.filter(|_| is_exception),
            frames: scores.frames,
            message: scores.message.filter(|_| !is_exception),
        }
    }
}

pub async fn list(
    State(app): State<App>,
    access: IssueAccess<EventRead>,
    Query(params): Query<Params>,
) -> Result<Json<Vec<(IssueView, ScoresView)>>> {
    let limit = params.limit.unwrap_or(LIMIT).clamp(1, MAX_LIMIT);
    let found = similar::find(&app, access.issue.id, limit).await?;
    let scope = IssueScope::of_project(access.within);
    let ids: Vec<i64> = found.iter().map(|(id, _)| id.0).collect();
    let views = IssueView::list(&app, &scope, &ids).await?;
    let with_scores = |view: IssueView| {
        let (_, scores) = found.iter().find(|(id, _)| id.to_string() == view.id)?;
        Some((view, ScoresView::of(scores)))
    };
    Ok(Json(views.into_iter().filter_map(with_scores).collect()))
}

//! A fingerprint rule written for an issue: seen, tried on recent events, and confirmed.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::frame::{self, IssueFrame, Opened};
use crate::app::App;
use crate::messages::Messages;
use crate::pipeline::group::rules::Suggestion;
use crate::services::grouping::correct::{self, Correction};
use crate::types::lifecycle::Status;
use crate::types::scope::Scope;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::needs::{Needs, ProjectWrite};
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::rule_preview::{self, PreviewView};
use crate::web::{render, rule_errors};

#[derive(Debug, Deserialize)]
pub struct Params {
    kind: Kind,
}

/// What is to be corrected, as addresses say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Split,
    Join,
}

#[derive(Template)]
#[template(path = "issues/grouping_rule.html")]
struct RulePage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    kind: Kind,
    /// `None`: there is nothing to write a rule about.
    rule: Option<String>,
    errors: FieldErrors,
    preview: Option<PreviewView>,
}

impl Kind {
    fn suggestion(self) -> Suggestion {
        match self {
            Self::Split => Suggestion::Split,
            Self::Join => Suggestion::Join,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Join => "join",
        }
    }
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
    Query(Params { kind }): Query<Params>,
) -> Result<Response> {
    let opened = open(&app, &viewer, actor, (&organization, &id)).await?;
    let target = (opened.issue.id, kind.suggestion());
    let Some(rule) = correct::suggestion(&app, target.0, target.1).await? else {
        return render(&RulePage::new(opened, kind));
    };
    let planned = correct::plan(&app, &opened.access.project, target, &rule).await;
    answer(&app, opened, (kind, rule), planned).await
}

/// Tries a rule that was changed, or uses it.
pub async fn act(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
    Query(Params { kind }): Query<Params>,
    posted: Posted,
) -> Result<Response> {
    let opened = open(&app, &viewer, actor, (&organization, &id)).await?;
    let (project, rule) = (&opened.access.project, posted.text("rule").to_owned());
    match correct::plan(&app, project, (opened.issue.id, kind.suggestion()), &rule).await {
        Ok(correction) if posted.text("action") == "confirm" => {
            correct::apply(&app, &opened.access.actor().doer(), project, correction).await?;
            let path = format!("{}grouping/", opened.frame.path);
            redirect_with(&app, &viewer, &path, viewer.messages().grouping_confirmed()).await
        }
        planned => answer(&app, opened, (kind, rule), planned).await,
    }
}

/// Rules are settings of the project: who may only triage does not write them.
async fn open(app: &App, viewer: &Viewer, actor: Actor, names: (&str, &str)) -> Result<Opened> {
    let opened = frame::open(app, viewer, actor, names, "grouping").await?;
    let may_write = opened.access.may(Scope::ProjectWrite) || opened.access.may(Scope::ProjectAdmin);
    if may_write { Ok(opened) } else { Err(Error::Forbidden(ProjectWrite::ANY_OF)) }
}

async fn answer(
    app: &App,
    opened: Opened,
    (kind, rule): (Kind, String),
    planned: Result<Correction, correct::Error>,
) -> Result<Response> {
    let t = opened.layout.t;
    let mut preview = None;
    let refusal = match planned {
        Ok(correction) => {
            let found = correct::preview(app, &opened.access.project, &correction).await?;
            let within = (opened.frame.organization.as_str(), &opened.access.project);
            let mut view = rule_preview::view(app, within, correction.rules(), found, t).await?;
            view.hits.truncate(1);
            preview = Some(view);
            None
        }
        Err(correct::Error::Rule(error)) => Some(rule_errors::text(t, &error, "type:\"ValueError\"")),
        Err(correct::Error::NotOne) => Some(t.grouping_one_rule().to_owned()),
        Err(correct::Error::Database(error)) => return Err(error.into()),
    };
    let mut page = RulePage { rule: Some(rule), preview, ..RulePage::new(opened, kind) };
    match refusal {
        None => render(&page),
        Some(refusal) => {
            page.errors = FieldErrors::one("rule", refusal);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}

impl RulePage {
    fn new(opened: Opened, kind: Kind) -> Self {
        let Opened { layout, frame, .. } = opened;
        Self { t: layout.t, layout, frame, kind, rule: None, errors: FieldErrors::default(), preview: None }
    }
}

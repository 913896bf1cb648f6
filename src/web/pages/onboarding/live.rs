//! What came of the first attempts to send: waiting, refused and why, or the first issue.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde_json::json;

use crate::app::App;
use crate::store::project_stats::{self, LatestIssue};
use crate::types::ids::ProjectId;
use crate::volatile::refusals::RefusedRequest;
use crate::web::error::Result;
use crate::web::extract::needs::{EventRead, Needs};
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};

/// The box in the page; the page's script exchanges it for a newer one.
#[derive(Template)]
#[template(path = "onboarding/live.html")]
pub struct LiveBox {
    layout: Layout,
    organization: String,
    state: LiveState,
}

// A rendered template has escaped its values already; the page takes it in as it is.
impl HtmlSafe for LiveBox {}

/// What is known of the project's first events.
pub enum LiveState {
    Waiting,
    /// A request came and could not be taken.
    Refused(RefusedRequest),
    Received(LatestIssue),
}

/// For how long a refusal is news.
const NEWS: TimeDelta = TimeDelta::hours(1);

impl LiveBox {
    pub async fn of<N: Needs>(app: &App, viewer: &Viewer, access: &ProjectAccess<N>) -> Result<Self> {
        Ok(Self {
            layout: Layout::of_project(app, viewer, access, Section::Projects),
            organization: access.organization().slug.clone(),
            state: LiveState::find(app, access.project.id).await?,
        })
    }

    pub fn is_waiting(&self) -> bool {
        !matches!(self.state, LiveState::Received(_))
    }

    fn name(&self) -> &'static str {
        match self.state {
            LiveState::Waiting => "waiting",
            LiveState::Refused(_) => "refused",
            LiveState::Received(_) => "received",
        }
    }
}

impl LiveState {
    async fn find(app: &App, id: ProjectId) -> Result<Self> {
        if let Some(issue) = project_stats::find_latest_issue(&app.db, id).await? {
            return Ok(Self::Received(issue));
        }
        let refused = app.redis.list_refusals(id).await?.into_iter().next();
        let recent = refused.filter(|refused| app.clock.now() - refused.at < NEWS);
        Ok(recent.map_or(Self::Waiting, Self::Refused))
    }
}

/// The box as JSON, for the script that polls.
pub async fn status(State(app): State<App>, viewer: Viewer, access: ProjectAccess<EventRead>) -> Result<Response> {
    let live = LiveBox::of(&app, &viewer, &access).await?;
    Ok(Json(json!({"state": live.name(), "done": !live.is_waiting(), "html": live.render()?})).into_response())
}

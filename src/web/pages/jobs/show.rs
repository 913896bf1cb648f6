//! One job.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::view::{JobPart, Stage, links, outcome};
use crate::app::App;
use crate::messages::Messages;
use crate::services::issues::undoable;
use crate::store::job_issues;
use crate::store::job_views::JobView;
use crate::web::error::Result;
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::render;

#[derive(Template)]
#[template(path = "jobs/show.html")]
struct JobPage {
    layout: Layout,
    t: Messages,
    part: JobBox,
}

/// How it stands; the page's script exchanges it for a newer one.
#[derive(Template)]
#[template(path = "jobs/part.html")]
struct JobBox {
    t: Messages,
    base: String,
    job: JobPart,
    who: Option<String>,
    /// What really happened, in numbers.
    outcome: Option<String>,
    links: Vec<(String, &'static str)>,
    error: Option<String>,
    may_undo: bool,
}

// A rendered template has escaped its values already; the page takes it in as it is.
impl HtmlSafe for JobBox {}

impl JobBox {
    async fn of(app: &App, layout: &Layout, actor: &Actor, row: &JobView) -> Result<Self> {
        let (t, now) = (layout.t, layout.now);
        let outcomes = job_issues::count(&app.db, row.id).await?;
        Ok(Self {
            t,
            base: layout.base.clone(),
            job: JobPart::of(row, t, now),
            who: row.user_name.clone(),
            outcome: outcome(row, outcomes, t),
            links: links(row, t),
            error: row.error.clone().filter(|_| row.state == "failed"),
            may_undo: outcomes.changed > 0 && row.user_id == Some(actor.user.id) && undoable(row, now).is_some(),
        })
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let row = super::open(&app, &actor, &id).await?;
    let layout = Layout::new(&app, &viewer);
    let part = JobBox::of(&app, &layout, &actor, &row).await?;
    render(&JobPage { t: layout.t, layout, part })
}

/// `GET /jobs/{id}/status/`: the box as JSON, for the script that polls.
pub async fn status(State(app): State<App>, viewer: Viewer, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let row = super::open(&app, &actor, &id).await?;
    let part = JobBox::of(&app, &Layout::new(&app, &viewer), &actor, &row).await?;
    Ok(Json(json!({"done": !part.job.is_running(), "html": part.render()?})).into_response())
}

//! One job.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::view::{JobPart, Stage, links, outcome};
use crate::app::App;
use crate::services::issues::undoable;
use crate::store::job_issues;
use crate::web::error::Result;
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::messages::Messages;
use crate::web::render;

#[derive(Template)]
#[template(path = "jobs/show.html")]
struct JobPage {
    layout: Layout,
    t: Messages,
    job: JobPart,
    who: Option<String>,
    /// What really happened, in numbers.
    outcome: Option<String>,
    links: Vec<(String, &'static str)>,
    error: Option<String>,
    may_undo: bool,
}

pub async fn show(State(app): State<App>, viewer: Viewer, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let row = super::open(&app, &actor, &id).await?;
    let layout = Layout::new(&app, &viewer);
    let (t, now) = (layout.t, layout.now);
    let outcomes = job_issues::count(&app.db, row.id).await?;
    let page = JobPage {
        job: JobPart::of(&row, t, now),
        who: row.user_name.clone(),
        outcome: outcome(&row, outcomes, t),
        links: links(&row, t),
        error: row.error.clone().filter(|_| row.state == "failed"),
        may_undo: outcomes.changed > 0 && row.user_id == Some(actor.user.id) && undoable(&row, now).is_some(),
        t,
        layout,
    };
    render(&page)
}

//! What the viewer asked for lately.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::view::{JobPart, Stage};
use crate::app::App;
use crate::messages::Messages;
use crate::store::job_views;
use crate::web::error::Result;
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::render;

/// Jobs are kept for a week.
const LIMIT: i64 = 100;

#[derive(Template)]
#[template(path = "jobs/list.html")]
struct JobsPage {
    layout: Layout,
    t: Messages,
    jobs: Vec<JobPart>,
}

pub async fn show(State(app): State<App>, viewer: Viewer, actor: Actor) -> Result<Response> {
    let layout = Layout::new(&app, &viewer);
    let (t, now) = (layout.t, layout.now);
    let jobs = job_views::list_of_user(&app.db, actor.user.id, LIMIT).await?;
    let jobs = jobs.iter().map(|job| JobPart::of(job, t, now)).collect();
    render(&JobsPage { layout, t, jobs })
}

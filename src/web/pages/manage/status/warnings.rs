//! What somebody should look at: problems of the moment, checks that failed, and options that nothing reads.

use askama::Template;
use axum::extract::State as FromApp;
use axum::response::Response;

use crate::app::App;
use crate::services::checks::{CHECKS, State};
use crate::services::problems;
use crate::store::check_results;
use crate::web::error::Result;
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::render;

#[derive(Template)]
#[template(path = "manage/warnings.html")]
struct WarningsPage {
    layout: Layout,
    /// What it is, and the page that helps.
    problems: Vec<(String, &'static str)>,
    /// Id, name, and what was seen.
    checks: Vec<(&'static str, &'static str, String)>,
    /// What was said about config.yml and the environment at the start.
    settings: Vec<String>,
}

pub async fn show(FromApp(app): FromApp<App>, viewer: Viewer, _access: SuperuserAccess) -> Result<Response> {
    let t = viewer.messages();
    let problems = problems::find(&app).await?;
    let results = check_results::list(&app.db).await?;
    let checks = CHECKS.iter().filter_map(|check| {
        let result = results.iter().find(|result| result.check_id == check.id)?;
        (State::parse(&result.state) != Some(State::Ok)).then(|| (check.id, check.name(t), result.seen.clone()))
    });
    render(&WarningsPage {
        layout: Layout::in_section(&app, &viewer, Section::Admin),
        problems: problems.iter().map(|problem| (problem.text(t), problem.path())).collect(),
        checks: checks.collect(),
        settings: app.config.settings().warnings,
    })
}

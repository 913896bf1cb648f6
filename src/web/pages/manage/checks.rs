//! Set-up checks: what was seen, and what to do.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::App;
use crate::messages::Messages;
use crate::services::checks::{self, CHECKS, Check, Fix, State as Outcome};
use crate::store::check_results::{self, CheckResult};
use crate::web::error::{Error, Result};
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::{redirect, render};

#[derive(Template)]
#[template(path = "manage/checks.html")]
struct ChecksPage {
    layout: Layout,
    rows: Vec<Row>,
}

/// A check and what it found last.
struct Row {
    id: &'static str,
    name: &'static str,
    state: &'static str,
    word: &'static str,
    fix: Option<&'static str>,
    /// Lines to copy into a configuration.
    lines: Option<&'static str>,
    result: Option<CheckResult>,
}

impl Row {
    fn of(t: Messages, check: &Check, results: &mut Vec<CheckResult>) -> Self {
        let result = results.iter().position(|result| result.check_id == check.id).map(|at| results.swap_remove(at));
        let outcome = result.as_ref().and_then(|result| Outcome::parse(&result.state));
        let fix = result.as_ref().and_then(|result| result.fix.clone());
        let fix: Option<Fix> = fix.and_then(|fix| serde_json::from_value(fix).ok());
        Self {
            id: check.id,
            name: check.name(t),
            state: outcome.map_or("none", Outcome::as_str),
            word: word(t, outcome),
            fix: fix.map(|fix| fix.advice(t)),
            lines: fix.and_then(Fix::lines),
            result,
        }
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer, _access: SuperuserAccess) -> Result<Response> {
    let mut results = check_results::list(&app.db).await?;
    let t = viewer.messages();
    let rows = CHECKS.iter().map(|check| Row::of(t, check, &mut results)).collect();
    render(&ChecksPage { layout: Layout::in_section(&app, &viewer, Section::Admin), rows })
}

/// Runs all; results appear one by one.
pub async fn run_all(State(app): State<App>, viewer: Viewer, _access: SuperuserAccess) -> Result<Response> {
    app.tasks.spawn(checks::run_all(app.clone()));
    redirect_with(&app, &viewer, "/manage/checks/", viewer.messages().checks_running()).await
}

pub async fn run(State(app): State<App>, _access: SuperuserAccess, Path(id): Path<String>) -> Result<Response> {
    let check = Check::find(&id).ok_or(Error::NotFound)?;
    check.run(&app).await?;
    Ok(redirect(&app, &format!("/manage/checks/#check-{id}")))
}

fn word(t: Messages, outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Ok) => t.checks_ok(),
        Some(Outcome::Warning) => t.checks_warning(),
        Some(Outcome::Failed) => t.checks_failed(),
        None => t.checks_not_run(),
    }
}

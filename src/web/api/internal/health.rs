//! `GET /internal/health/`: what needs a person, and what the set-up checks found last, for monitoring.

use axum::Json;
use axum::extract::State as FromApp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::app::App;
use crate::messages::Messages;
use crate::services::checks::{CHECKS, Check, Fix, State};
use crate::services::problems;
use crate::store::check_results::{self, CheckResult};
use crate::types::language::Language;
use crate::types::scope::Scope;
use crate::web::api::date::Date;
use crate::web::error::Result;
use crate::web::extract::Actor;

const ENGLISH: Messages = Messages::new(Language::English);

#[derive(Default, Serialize)]
pub struct HealthView {
    problems: Vec<ProblemView>,
    /// By check, those that ran.
    healthy: Map<String, Value>,
    checks: Vec<CheckView>,
}

#[derive(Serialize)]
struct ProblemView {
    id: String,
    message: String,
    /// `critical` or `warning`.
    severity: &'static str,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckView {
    id: &'static str,
    name: &'static str,
    /// `ok`, `warning`, `failed`; `null`: it has not run.
    state: Option<String>,
    seen: Option<String>,
    advice: Option<&'static str>,
    took_ms: Option<i32>,
    last_run: Option<Date>,
}

/// Empty for all but superusers, as Sentry answers. A superuser's token needs `org:admin`.
pub async fn show(FromApp(app): FromApp<App>, actor: Actor) -> Result<Json<HealthView>> {
    let holds_scope = actor.token_scopes.as_ref().is_none_or(|scopes| scopes.contains(&Scope::OrgAdmin));
    if !actor.user.is_superuser || !holds_scope {
        return Ok(Json(HealthView::default()));
    }
    let mut health = HealthView::default();
    let root = &app.config.system.url_prefix;
    health.problems.extend(problems::find(&app).await?.iter().map(|problem| ProblemView {
        id: problem.name().to_owned(),
        message: problem.text(ENGLISH),
        severity: "critical",
        url: format!("{root}{}", problem.path()),
    }));
    let results = check_results::list(&app.db).await?;
    for check in CHECKS {
        add(&mut health, root, check, results.iter().find(|result| result.check_id == check.id));
    }
    Ok(Json(health))
}

fn add(health: &mut HealthView, root: &str, check: &Check, result: Option<&CheckResult>) {
    let state = result.and_then(|result| State::parse(&result.state));
    let fix = result.and_then(|result| result.fix.clone()).and_then(|fix| serde_json::from_value::<Fix>(fix).ok());
    let name = check.name(ENGLISH);
    if let (Some(result), Some(state)) = (result, state) {
        health.healthy.insert(check.id.to_owned(), (state == State::Ok).into());
        if state != State::Ok {
            health.problems.push(ProblemView {
                id: check.id.to_owned(),
                message: format!("{name}: {}", result.seen),
                severity: if state == State::Failed { "critical" } else { "warning" },
                url: format!("{root}/manage/checks/#check-{}", check.id),
            });
        }
    }
    health.checks.push(CheckView {
        id: check.id,
        name,
        state: state.map(|state| state.as_str().to_owned()),
        seen: result.map(|result| result.seen.clone()),
        advice: fix.map(|fix| fix.advice(ENGLISH)),
        took_ms: result.map(|result| result.took_ms),
        last_run: result.map(|result| Date(result.ran_at)),
    });
}

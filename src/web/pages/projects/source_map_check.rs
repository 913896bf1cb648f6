//! What looking up a place in a script finds, step by step: why a frame is, or is not, resolved.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::messages::Messages;
use crate::pipeline::symbolicate::FoundBy;
use crate::services::symbolication::{self, Place, Step};
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::ProjectRead;
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::{render, visible};

/// Characters of anything that is asked for.
const MAX_INPUT: usize = 2048;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Params {
    release: String,
    dist: String,
    place: String,
}

#[derive(Template)]
#[template(path = "projects/source_map_check.html")]
struct CheckPage {
    layout: Layout,
    release: String,
    dist: String,
    place: String,
    errors: FieldErrors,
    steps: Vec<StepView>,
    lines: Vec<Line>,
}

/// A step in words.
struct StepView {
    is_good: bool,
    text: String,
    /// Names that were tried, or that are near.
    names: Vec<String>,
}

struct Line {
    number: u32,
    text: String,
    is_middle: bool,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ProjectRead>,
    Query(params): Query<Params>,
) -> Result<Response> {
    let t = viewer.messages();
    let [release, dist, place] = [params.release, params.dist, params.place].map(|text| text.trim().to_owned());
    let mut page = CheckPage {
        layout: Layout::of_project(&app, &viewer, &access, Section::Settings),
        errors: FieldErrors::default(),
        steps: Vec::new(),
        lines: Vec::new(),
        release,
        dist,
        place,
    };
    if page.place.is_empty() {
        return render(&page);
    }
    let is_short = [&page.release, &page.dist, &page.place].iter().all(|text| text.chars().count() <= MAX_INPUT);
    let Some(place) = Place::parse(&page.place).filter(|_| is_short) else {
        page.errors = FieldErrors::one("place", t.project_check_no_place());
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    };
    let settings = access.organization().settings.applied_to(&access.project.settings);
    let project = (access.organization().id, access.project.id, &settings);
    let checked = symbolication::check(&app, project, (&page.release, &page.dist), &place).await;
    page.steps = checked.steps.iter().map(|step| view(step, t)).collect();
    if let Some((number, context)) = checked.context {
        let before = u32::try_from(context.before.len()).unwrap_or(0);
        let lines = context.before.into_iter().chain([context.line]).chain(context.after);
        let line = |(number, text): (u32, String)| Line { number, text: visible::string(text), is_middle: false };
        page.lines = (number.saturating_sub(before)..).zip(lines).map(line).collect();
        page.lines[before as usize].is_middle = true;
    }
    render(&page)
}

fn view(step: &Step, t: Messages) -> StepView {
    match step {
        Step::Script { names, found: Some((name, by)) } => StepView {
            is_good: true,
            text: t.project_check_script(found_by(*by, t), visible::string(name.clone())),
            names: names.clone(),
        },
        Step::Script { names, found: None } => {
            StepView { is_good: false, text: t.project_check_no_script().to_owned(), names: names.clone() }
        }
        Step::NoReference => {
            StepView { is_good: true, text: t.project_check_no_reference().to_owned(), names: Vec::new() }
        }
        Step::Map { name, by } => StepView {
            is_good: true,
            text: t.project_check_map(found_by(*by, t), visible::string(name.clone())),
            names: Vec::new(),
        },
        Step::Original { source, line, column, function } => {
            let place = visible::string(format!("{source}:{line}:{column}"));
            let text = match function {
                Some(function) => t.project_check_original(visible::string(function.clone()), place),
                None => t.project_check_original_outside(place),
            };
            StepView { is_good: true, text, names: Vec::new() }
        }
        Step::Failed { kind, url, reason, search } => {
            let url = visible::string(url.clone());
            let text = match (*kind, reason) {
                (_, Some(reason)) => t.project_check_failed(url, visible::string(reason.clone())),
                ("js_no_source", None) => t.project_check_missing(url),
                ("js_no_column", None) => t.project_check_no_column().to_owned(),
                ("js_missing_sources_content", None) => t.project_check_no_content(url),
                _ => t.project_check_no_location(url),
            };
            let nearest = search.iter().flat_map(|search| &search.nearest);
            let nearest = nearest.map(|nearest| {
                let release = nearest.release.clone().unwrap_or_default();
                let place = [release, nearest.dist.clone()].into_iter().filter(|part| !part.is_empty());
                let place = place.collect::<Vec<_>>().join(", ");
                let name = if place.is_empty() { nearest.name.clone() } else { format!("{} ({place})", nearest.name) };
                t.project_check_nearest(visible::string(name))
            });
            StepView { is_good: false, text, names: nearest.collect() }
        }
    }
}

fn found_by(by: FoundBy, t: Messages) -> &'static str {
    match by {
        FoundBy::DebugId => t.project_found_by_debug_id(),
        FoundBy::Bundle => t.project_found_in_bundle(),
        FoundBy::ReleaseFile => t.project_found_in_release(),
        FoundBy::Web => t.project_found_on_web(),
    }
}

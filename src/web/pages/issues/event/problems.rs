//! What went wrong with an event, in words and with the next step (ui.md 6.10).

use std::borrow::Cow;

use super::request::text_of;
use super::values;
use crate::pipeline::symbolicate::problems::is_of_fetching;
use crate::protocol::interfaces::problem::Problem;
use crate::types::json::{Json, Object};
use crate::web::messages::Messages;

const MAX_PROBLEMS: usize = 50;
const MAX_CHARS: usize = 300;

/// A sentence, and how it came to that.
pub struct ProblemView {
    pub sentence: String,
    pub detail: Option<String>,
}

/// One sentence for each problem; the same sentence once.
pub fn views(problems: &[Problem<'_>], t: Messages) -> Vec<ProblemView> {
    let mut views: Vec<ProblemView> = Vec::new();
    for problem in problems.iter().take(MAX_PROBLEMS) {
        let view = ProblemView { sentence: sentence(problem, t), detail: detail(problem) };
        if !views.iter().any(|other| other.sentence == view.sentence && other.detail == view.detail) {
            views.push(view);
        }
    }
    views
}

/// Sentences by the address of the file they are about, to be shown at its frames.
pub fn by_file<'a>(problems: &'a [Problem<'a>], t: Messages) -> Vec<(Cow<'a, str>, String)> {
    let about_file = problems.iter().filter(|problem| problem.kind.starts_with("js_") || is_of_fetching(&problem.kind));
    about_file
        .filter_map(|problem| Some((Cow::Borrowed(problem.members.get_str("url")?), sentence(problem, t))))
        .take(MAX_PROBLEMS)
        .collect()
}

/// What a frame itself says about why it was not resolved.
pub fn of_frame(errors: &[Json<'_>], t: Messages) -> Option<String> {
    let problem = Problem::read(errors.first()?)?;
    let how = search(&problem, t);
    Some(if how.is_empty() { sentence(&problem, t) } else { format!("{} {how}", sentence(&problem, t)) })
}

/// What was looked for, and what is nearest to it.
fn search(problem: &Problem<'_>, t: Messages) -> String {
    let Some(search) = problem.members.get("search").and_then(Json::as_object) else { return String::new() };
    let cut = |text: &str| values::beginning(text, MAX_CHARS);
    let text = |key: &str| search.get_str(key).filter(|text| !text.is_empty()).map(cut);
    let names = search.get("names").and_then(Json::as_array).unwrap_or_default().iter().filter_map(Json::as_str);
    let names = names.map(cut).collect::<Vec<_>>().join(", ");
    let mut sentences = Vec::new();
    match (text("debug_id"), text("release")) {
        (Some(id), Some(release)) => sentences.push(t.event_looked_for_both(id, names, release)),
        (Some(id), None) => sentences.push(t.event_looked_for_debug_id(id)),
        (None, Some(release)) => match text("dist") {
            Some(dist) => sentences.push(t.event_looked_for_dist(dist, names, release)),
            None => sentences.push(t.event_looked_for(names, release)),
        },
        (None, None) => sentences.push(t.event_looked_for_nothing().to_owned()),
    }
    let nearest = search.get("nearest").and_then(Json::as_array).unwrap_or_default();
    sentences.push(match nearest.first().and_then(Json::as_object) {
        Some(nearest) => nearest_sentence(nearest, text("release").as_deref(), t),
        None => t.event_nearest_none().to_owned(),
    });
    sentences.join(" ")
}

fn nearest_sentence(nearest: &Object<'_>, own: Option<&str>, t: Messages) -> String {
    let text = |key: &str| values::beginning(nearest.get_str(key).unwrap_or_default(), MAX_CHARS);
    let (name, release, dist) = (text("name"), text("release"), text("dist"));
    if release.is_empty() {
        return t.event_nearest_bundle(name);
    }
    match own {
        Some(own) if own == release && !dist.is_empty() => t.event_nearest_dist(dist, name),
        Some(own) if own == release => t.event_nearest(name),
        Some(own) => t.event_nearest_other(name, own, release),
        None => t.event_nearest_unasked(name, release),
    }
}

fn sentence(problem: &Problem<'_>, t: Messages) -> String {
    let member = |key: &str| problem.members.get(key).map(text_of).filter(|text| !text.is_empty());
    let cut = |text: String| values::beginning(&text, MAX_CHARS);
    let name = cut(problem.name.as_deref().unwrap_or("?").to_owned());
    let file = cut(member("url").or_else(|| member("source")).unwrap_or_else(|| "?".to_owned()));
    match &*problem.kind {
        "invalid_data" => t.event_problem_invalid(name),
        "invalid_attribute" => t.event_problem_unknown_attribute(name),
        "missing_attribute" => t.event_problem_missing(name),
        "value_too_long" => t.event_problem_too_long(name),
        "invalid_environment" => t.event_problem_environment().to_owned(),
        "future_timestamp" => t.event_problem_future().to_owned(),
        "past_timestamp" => t.event_problem_past().to_owned(),
        "clock_drift" => t.event_problem_clock().to_owned(),
        "js_no_source" | "js_missing_source" | "js_generic_fetch_error" => t.event_problem_no_source(file),
        kind if is_of_fetching(kind) => t.event_problem_fetch(file),
        "js_invalid_source" | "js_invalid_content" | "js_invalid_source_encoding" => t.event_problem_bad_source(file),
        "js_invalid_sourcemap_location" | "js_invalid_stacktrace_location" => t.event_problem_location(file),
        "js_missing_sources_content" => t.event_problem_no_content(file),
        "js_no_column" => t.event_problem_no_column(file),
        "js_too_many_sources" => t.event_problem_too_many_files().to_owned(),
        kind if kind.starts_with("native_") => t.event_problem_symbols(kind),
        kind if kind.starts_with("proguard_") => t.event_problem_proguard(kind),
        kind => t.event_problem_other(kind, name),
    }
}

/// The reason and the value, as they were recorded.
fn detail(problem: &Problem<'_>) -> Option<String> {
    let reason = problem.reason.as_deref().map(|reason| values::beginning(reason, MAX_CHARS));
    let value =
        problem.value.map(|value| values::beginning(&text_of(value), MAX_CHARS)).filter(|value| !value.is_empty());
    match (reason, value) {
        (Some(reason), Some(value)) => Some(format!("{reason}: {value}")),
        (reason, value) => reason.or(value),
    }
}

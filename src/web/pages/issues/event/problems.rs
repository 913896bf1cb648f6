//! What went wrong with an event, in words and with the next step (ui.md 6.10).

use std::borrow::Cow;

use super::request::text_of;
use super::values;
use crate::messages::Messages;
use crate::pipeline::symbolicate::problems::is_of_fetching;
use crate::protocol::interfaces::problem::Problem;
use crate::types::json::{Json, Object};

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

/// Why a call could not be mapped.
#[derive(Debug)]
pub struct FrameProblem {
    pub sentence: String,
    /// What is nearest to what was looked for, and what that was.
    pub search: Vec<String>,
    /// Whether it is the first with this search; the others need not be read.
    pub is_first: bool,
}

impl FrameProblem {
    pub fn new(sentence: String) -> Self {
        Self { sentence, search: Vec::new(), is_first: false }
    }

    /// What a frame itself says about why it was not resolved.
    pub fn of(errors: &[Json<'_>], t: Messages) -> Option<Self> {
        let problem = Problem::read(errors.first()?)?;
        let search = problem.members.get("search").and_then(Json::as_object);
        let sentence = match (&*problem.kind, search.and_then(|search| search.get_str("kind"))) {
            ("js_no_source", Some("minified_source")) => t.event_frame_no_script().to_owned(),
            ("js_no_source", Some("source_map")) => t.event_frame_no_map().to_owned(),
            _ => sentence(&problem, t),
        };
        let search = search.map(|search| [nearest(search, t), looked_for(search, t)]);
        Some(Self { sentence, search: search.into_iter().flatten().collect(), is_first: false })
    }
}

fn searched(search: &Object<'_>, key: &str) -> Option<String> {
    search.get_str(key).filter(|text| !text.is_empty()).map(|text| values::beginning(text, MAX_CHARS))
}

fn looked_for(search: &Object<'_>, t: Messages) -> String {
    let names = search.get("names").and_then(Json::as_array).unwrap_or_default().iter().filter_map(Json::as_str);
    let names = names.map(|name| values::beginning(name, MAX_CHARS)).collect::<Vec<_>>().join(", ");
    match (searched(search, "debug_id"), searched(search, "release")) {
        (Some(id), Some(release)) => t.event_looked_for_both(id, names, release),
        (Some(id), None) => t.event_looked_for_debug_id(id),
        (None, Some(release)) => match searched(search, "dist") {
            Some(dist) => t.event_looked_for_dist(dist, names, release),
            None => t.event_looked_for(names, release),
        },
        (None, None) => t.event_looked_for_nothing().to_owned(),
    }
}

fn nearest(search: &Object<'_>, t: Messages) -> String {
    let nearest = search.get("nearest").and_then(Json::as_array).unwrap_or_default();
    let Some(nearest) = nearest.first().and_then(Json::as_object) else { return t.event_nearest_none().to_owned() };
    let text = |key: &str| values::beginning(nearest.get_str(key).unwrap_or_default(), MAX_CHARS);
    let (name, release, dist) = (text("name"), text("release"), text("dist"));
    if release.is_empty() {
        return t.event_nearest_bundle(name);
    }
    match searched(search, "release") {
        Some(own) if own == release => match searched(search, "dist").unwrap_or_default() {
            own if own == dist => t.event_nearest(name),
            own if dist.is_empty() => t.event_nearest_without_dist(name, own),
            _ => t.event_nearest_dist(dist, name),
        },
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

#[cfg(test)]
mod tests {
    use super::FrameProblem;
    use crate::messages::Messages;
    use crate::types::json::parse;
    use crate::types::language::Language;

    #[test]
    fn the_nearest_artifact_tells_what_differs() {
        for (searched, nearest, expected) in [
            (r#""release":"2""#, "", "No artifact of this project has that file name."),
            (r#""release":"2""#, r#""release":"2","dist":"""#, "Nearest: x.js in the same release."),
            (r#""release":"2","dist":"7""#, r#""release":"2","dist":"7""#, "Nearest: x.js in the same release."),
            (
                r#""release":"2","dist":"7""#,
                r#""release":"2","dist":"""#,
                "Nearest: x.js in the same release, but of no dist; this event is of dist 7.",
            ),
            (r#""release":"2""#, r#""release":"2","dist":"7""#, "Nearest: x.js in the same release, but of dist 7."),
            (
                r#""release":"2""#,
                r#""release":"1","dist":"""#,
                "Nearest: x.js in release 1, but this event is of release 2.",
            ),
            (r#""debug_id":"a""#, r#""release":"1","dist":"""#, "Nearest: x.js in release 1."),
            (r#""release":"2""#, r#""release":null"#, "Nearest: x.js, in a bundle that is found by debug ID only."),
        ] {
            let nearest = if nearest.is_empty() { String::new() } else { format!(r#"{{"name":"x.js",{nearest}}}"#) };
            let json = format!(
                r#"[{{"type":"js_no_source","url":"x","search":{{"kind":"minified_source",{searched},"nearest":[{nearest}]}}}}]"#
            );
            let json = parse(json.as_bytes()).unwrap();
            let t = Messages::new(Language::English);
            let problem = FrameProblem::of(json.as_array().unwrap(), t).unwrap();
            assert_eq!(problem.search[0], expected, "{searched} {nearest}");
        }
    }
}

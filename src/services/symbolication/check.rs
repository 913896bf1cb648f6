//! What looking up a place in a script finds, step by step (ui.md 4.5, "Check").

use serde::Serialize;

use super::artifacts::Artifacts;
use crate::app::App;
use crate::pipeline::symbolicate::context;
use crate::pipeline::symbolicate::context::Context;
use crate::pipeline::symbolicate::gather::{File, token_at};
use crate::pipeline::symbolicate::problems::{Problem, Search};
use crate::pipeline::symbolicate::request::WantedFile;
use crate::pipeline::symbolicate::{Detail, FoundBy, Request, gather, urls};
use crate::types::ids::{OrganizationId, ProjectId};
use crate::types::project_settings::ProjectSettings;

/// Where in a script somebody wants to look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub url: String,
    pub line: u32,
    pub column: Option<u32>,
}

impl Place {
    /// Reads `https://example.com/app.js:1:2345`; without numbers the beginning of the file is meant.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (rest, last) = number_at_end(text);
        let (url, before) = if last.is_some() { number_at_end(rest) } else { (rest, None) };
        let (line, column) = match (before, last) {
            (Some(line), column) => (line, column),
            (None, Some(line)) => (line, None),
            (None, None) => (1, Some(1)),
        };
        (!url.is_empty() && line > 0).then(|| Self { url: url.to_owned(), line, column })
    }
}

fn number_at_end(text: &str) -> (&str, Option<u32>) {
    let Some((rest, number)) = text.rsplit_once(':') else { return (text, None) };
    match number.parse() {
        Ok(number) => (rest, Some(number)),
        Err(_) => (text, None),
    }
}

/// What was tried, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Step {
    /// The script, by these names; under which of them it is there, and how it was found.
    Script {
        names: Vec<String>,
        found: Option<(String, FoundBy)>,
    },
    /// The script names no source map.
    NoReference,
    Map {
        name: String,
        by: FoundBy,
    },
    /// The place in the source.
    Original {
        source: String,
        line: u32,
        column: u32,
        function: Option<String>,
    },
    Failed {
        kind: &'static str,
        url: String,
        reason: Option<String>,
        search: Option<Search>,
    },
}

/// The steps, and the source around the place if there is any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    pub steps: Vec<Step>,
    pub context: Option<(u32, Context)>,
}

/// Looks a place up as the frames of an event of this release are.
pub async fn check(
    app: &App,
    (organization_id, project_id, settings): (OrganizationId, ProjectId, &ProjectSettings),
    (release, dist): (&str, &str),
    place: &Place,
) -> Checked {
    let wanted = WantedFile { url: place.url.clone(), debug_id: None, places: vec![(place.line, place.column)] };
    let request = Request {
        release: Some(release.to_owned()).filter(|release| !release.is_empty()),
        dist: Some(dist.to_owned()).filter(|dist| !dist.is_empty()),
        files: vec![wanted],
    };
    let artifacts = Artifacts::new(app, organization_id, project_id).with_web(settings);
    let gathered = gather(&request, &artifacts, Detail::Full).await;
    let Some(file) = gathered.files.get(&place.url) else { return Checked::default() };
    let mut checked = Checked::default();
    let names = urls::candidates(&place.url);
    checked.steps.push(Step::Script { names, found: file.script_found.clone() });
    if let Some(problem) = &file.problem {
        checked.steps.push(failed(problem));
        return checked;
    }
    look_into(&mut checked, file, place, &gathered.sources);
    checked
}

fn failed(problem: &Problem) -> Step {
    let (url, reason, search) = (problem.url.clone(), problem.reason.clone(), problem.search.clone());
    Step::Failed { kind: problem.kind, url, reason, search }
}

fn look_into(
    checked: &mut Checked,
    file: &File,
    place: &Place,
    sources: &std::collections::HashMap<String, Option<std::sync::Arc<context::SourceText>>>,
) {
    let Some(map) = &file.map else {
        checked.steps.push(Step::NoReference);
        let script = file.script.as_ref();
        let lines = script
            .and_then(|script| Context::collect(place.line, |line| script.window(line, place.column.unwrap_or(0))));
        checked.context = lines.map(|lines| (place.line, lines));
        return;
    };
    checked.steps.push(Step::Map { name: map.label.clone(), by: map.by });
    let token = token_at(&map.map, place.line, place.column);
    let Some((token, source)) = token.and_then(|token| Some((token, token.source?))) else {
        let kind = if place.column.is_none() { "js_no_column" } else { "js_invalid_sourcemap_location" };
        checked.steps.push(failed(&Problem::new(kind, &place.url)));
        return;
    };
    let (line, column) = (token.line + 1, token.column + 1);
    let function = map.map.scope(place.line - 1, place.column.unwrap_or(1).max(1) - 1).name().map(str::to_owned);
    let url = map.source_url(source).unwrap_or_default();
    let lines = if map.map.has_text(source) {
        Context::collect(line, |line| Some(context::trim(map.map.line(source, line)?, column).into_owned()))
    } else {
        let text = sources.get(&url).and_then(Option::as_ref);
        text.and_then(|text| Context::collect(line, |line| text.window(line, column)))
    };
    checked.steps.push(Step::Original { source: url.clone(), line, column, function });
    match lines {
        Some(lines) => checked.context = Some((line, lines)),
        None => checked.steps.push(failed(&Problem::new("js_missing_sources_content", &url))),
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn places() {
        for (text, expected) in [
            ("https://a.test/x.js:1:234", Some(("https://a.test/x.js", 1, Some(234)))),
            (" https://a.test:8080/x.js:7 ", Some(("https://a.test:8080/x.js", 7, None))),
            ("https://a.test/x.js", Some(("https://a.test/x.js", 1, Some(1)))),
            ("~/x.js:3:0", Some(("~/x.js", 3, Some(0)))),
            ("x.js:0:1", None),
            (":1:1", None),
            ("", None),
        ] {
            let place = Place::parse(text);
            let found = place.as_ref().map(|place| (place.url.as_str(), place.line, place.column));
            assert_eq!(found, expected, "{text}");
        }
    }
}

//! Rewrites frames with what was found (sourcemaps.md 5, 7, 8).

use super::context::{self, Context, SourceText};
use super::function_names;
use super::gather::{File, Gathered, Map, token_at};
use super::interface::FoundBy;
use super::problems::{self, Problem};
use super::request::{self, Address};
use crate::pipeline::{in_app, modules};
use crate::types::json::{Json, Object};

/// Characters of a text in a frame; normalisation's limits.
const MAX_PATH: usize = 2048;
const MAX_FILENAME: usize = 256;
const MAX_FUNCTION: usize = 512;
const MAX_LABEL: usize = 150;

/// Frames of a stack trace that get lines of source; those nearest to the error matter most.
const MAX_WITH_CONTEXT: usize = 60;

/// What a frame said before, by the names the API has for it.
const ORIGINAL: [(&str, &str); 5] = [
    ("orig_function", "function"),
    ("orig_abs_path", "abs_path"),
    ("orig_filename", "filename"),
    ("orig_lineno", "lineno"),
    ("orig_colno", "colno"),
];

/// Rewrites all stack traces; returns how many frames were resolved.
pub fn apply(event: &mut Object<'_>, gathered: &Gathered) -> usize {
    let platform = event.get_str("platform").unwrap_or_default().to_owned();
    let mut pass = Pass { gathered, platform, problems: Vec::new(), resolved: 0 };
    each_container(event, &mut |container| pass.container(container));
    problems::write(event, &pass.problems);
    pass.resolved
}

/// Gives frames as they were sent the verdict of those they became.
pub fn copy_in_app(event: &mut Object<'_>) {
    each_container(event, &mut |container| {
        let verdicts: Vec<Option<bool>> = frames(container, "stacktrace")
            .map(|frames| frames.iter().map(|frame| frame.get("in_app").and_then(Json::as_bool)).collect())
            .unwrap_or_default();
        let raw = container.get_mut("raw_stacktrace").and_then(|raw| raw.as_object_mut()?.get_mut("frames"));
        let Some(raw) = raw.and_then(Json::as_array_mut).filter(|raw| raw.len() == verdicts.len()) else { return };
        for (frame, verdict) in raw.iter_mut().filter_map(Json::as_object_mut).zip(verdicts) {
            if let Some(in_app) = verdict {
                frame.insert("in_app", in_app);
            }
        }
    });
}

fn frames<'c, 'a>(container: &'c Object<'a>, key: &str) -> Option<&'c [Json<'a>]> {
    container.get(key)?.get("frames")?.as_array()
}

/// The event, its exceptions and its threads: whatever has a stack trace of its own.
fn each_container<'a>(event: &mut Object<'a>, change: &mut impl FnMut(&mut Object<'a>)) {
    if event.contains_key("stacktrace") {
        change(event);
    }
    for interface in ["exception", "threads"] {
        let values = match event.get_mut(interface) {
            Some(Json::Object(object)) => object.get_mut("values"),
            other => other,
        };
        let values = values.and_then(Json::as_array_mut).into_iter().flatten();
        values.filter_map(Json::as_object_mut).for_each(&mut *change);
    }
}

/// Node's SDKs send the lines around: without artifacts such a frame says enough, unless the lines had to be cut, as
/// those of minified scripts are.
fn brings_source(frame: &Object<'_>) -> bool {
    frame.get_str("context_line").is_some_and(|line| !line.contains("{snip}"))
}

struct Pass<'g> {
    gathered: &'g Gathered,
    platform: String,
    problems: Vec<Problem>,
    resolved: usize,
}

impl Pass<'_> {
    fn container(&mut self, container: &mut Object<'_>) {
        let Some(stacktrace) = container.get_mut("stacktrace").and_then(Json::as_object_mut) else { return };
        let Some(frames) = stacktrace.get_mut("frames").and_then(Json::as_array_mut) else { return };
        let before = self.resolved;
        // Where a frame was called from may know its name.
        let mut call_site = None;
        let without_context = frames.len().saturating_sub(MAX_WITH_CONTEXT);
        let mut raw = Vec::with_capacity(frames.len());
        for (place, frame) in frames.iter_mut().enumerate() {
            let mut sent = frame.clone();
            if let Some(frame) = frame.as_object_mut() {
                let shows = place >= without_context;
                call_site = self.frame(frame, &mut sent, call_site.as_deref(), shows);
            }
            raw.push(sent);
        }
        if self.resolved > before && !container.contains_key("raw_stacktrace") {
            let mut stacktrace = Object::new();
            stacktrace.push("frames", raw);
            container.push("raw_stacktrace", stacktrace);
        }
    }

    /// Rewrites a frame; returns the name at its place, for the frame that it calls.
    fn frame<'a>(
        &mut self,
        frame: &mut Object<'a>,
        sent: &mut Json<'a>,
        call_site: Option<&str>,
        shows: bool,
    ) -> Option<String> {
        let (address, line, column) = request::wanted(frame, &self.platform)?;
        let url = match address {
            Address::File(url) => url.into_owned(),
            Address::Truncated => {
                let url = frame.get_str("abs_path").unwrap_or_default();
                self.problems.push(Problem::new("js_no_source", url).with("cut", "true"));
                return None;
            }
            Address::None => return None,
        };
        let gathered = self.gathered;
        let Some(file) = gathered.files.get(&url) else {
            // Without any, nothing was looked up.
            if gathered.files.len() >= request::MAX_FILES {
                self.problem(frame, Problem::new("js_too_many_sources", &url));
            }
            return None;
        };
        if shows && let Some(script) = &file.script {
            fill_context(frame, script, line, column);
            if let Some(sent) = sent.as_object_mut() {
                fill_context(sent, script, line, column);
            }
        }
        if let Some(problem) = &file.problem
            && !(problem.kind == "js_no_source" && brings_source(frame))
        {
            self.problem(frame, problem.clone());
        }
        let map = file.map.as_ref()?;
        self.resolve(frame, (map, file), (line, column), call_site, shows)
    }

    fn resolve(
        &mut self,
        frame: &mut Object<'_>,
        (map, file): (&Map, &File),
        (line, column): (u32, Option<u32>),
        call_site: Option<&str>,
        shows: bool,
    ) -> Option<String> {
        let token = token_at(&map.map, line, column);
        let Some((token, source)) = token.and_then(|token| Some((token, token.source?))) else {
            let url = frame.get_str("abs_path").unwrap_or_default();
            let problem = if column.is_none() {
                Problem::new("js_no_column", url)
            } else {
                let problem = Problem::new("js_invalid_sourcemap_location", url);
                let problem = problem.with("row", line.to_string()).with("column", column.unwrap_or(0).to_string());
                problem.with("sourcemap", problems::label(&map.label))
            };
            self.problem(frame, problem);
            return None;
        };
        self.resolved += 1;
        note(frame, map, file);
        let scope = map.map.scope(line - 1, column.unwrap_or(1).max(1) - 1);
        let name = function_names::choose(scope.name(), call_site, frame.get_str("function"));
        if let Some(name) = name {
            frame.insert("function", cut(&name, MAX_FUNCTION));
        }
        frame.insert("lineno", i64::from(token.line) + 1);
        frame.insert("colno", i64::from(token.column) + 1);
        if let Some(name) = map.map.source_name(source) {
            let url = map.source_url(source).unwrap_or_else(|| name.to_owned());
            name_source(frame, &url, name, map.map.is_ignored(source));
            if shows {
                self.show_source(frame, map, source, &url);
            }
        }
        token.name.filter(|name| !name.is_empty()).map(str::to_owned)
    }

    fn show_source(&mut self, frame: &mut Object<'_>, map: &Map, source: u32, url: &str) {
        let number = |key| frame.get(key).and_then(Json::as_i64).and_then(|number| u32::try_from(number).ok());
        let (line, column) = (number("lineno").unwrap_or(0), number("colno").unwrap_or(0));
        let context = if map.map.has_text(source) {
            Context::collect(line, |line| {
                map.map.line(source, line).map(|line| context::trim(line, column).into_owned())
            })
        } else if let Some(Some(text)) = self.gathered.sources.get(url) {
            Context::collect(line, |line| text.window(line, column))
        } else {
            let problem = Problem::new("js_missing_sources_content", url);
            let problem = problem.with("source", problems::label(url)).with("sourcemap", problems::label(&map.label));
            self.problems.push(problem);
            None
        };
        put_context(frame, context);
    }

    /// Notes a problem for the event and at the frame.
    fn problem(&mut self, frame: &mut Object<'_>, problem: Problem) {
        if problem.search.is_some() {
            frame.insert("errors", vec![Json::Object(problem.entry())]);
        }
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// Lines of the minified file, where the SDK sent none.
fn fill_context(frame: &mut Object<'_>, script: &SourceText, line: u32, column: Option<u32>) {
    if frame.get_str("context_line").is_none_or(str::is_empty) {
        let context = Context::collect(line, |line| script.window(line, column.unwrap_or(0)));
        if context.is_some() {
            put_context(frame, context);
        }
    }
}

fn put_context(frame: &mut Object<'_>, context: Option<Context>) {
    frame.retain(|key, _| !matches!(key, "context_line" | "pre_context" | "post_context"));
    let Some(context) = context else { return };
    let lines = |lines: Vec<String>| lines.into_iter().map(Json::text).collect::<Vec<_>>();
    if !context.before.is_empty() {
        frame.push("pre_context", lines(context.before));
    }
    frame.push("context_line", context.line);
    if !context.after.is_empty() {
        frame.push("post_context", lines(context.after));
    }
}

/// Where the source is, what module it is, and whose (sourcemaps.md 8).
fn name_source(frame: &mut Object<'_>, url: &str, name: &str, is_ignored: bool) {
    let bundled = bundled_name(name);
    let filename = bundled.unwrap_or(name);
    frame.insert("abs_path", cut(url, MAX_PATH));
    frame.insert("filename", cut(filename, MAX_FILENAME));
    let module = if bundled.is_some() {
        modules::from_url(filename)
    } else {
        let is_url = ["http:", "https:", "app:"].iter().any(|scheme| url.starts_with(scheme));
        if is_url { modules::from_url(url) } else { "" }
    };
    if module.is_empty() {
        frame.remove("module");
    } else {
        frame.insert("module", cut(module, MAX_FUNCTION));
    }
    let in_app = if is_ignored { Some(false) } else { in_app::of_mapped(url, filename) };
    if let Some(in_app) = in_app {
        frame.insert("in_app", in_app);
    }
}

/// The path within a bundle, for sources that a bundler named.
fn bundled_name(name: &str) -> Option<&str> {
    let rest =
        ["webpack-internal://", "webpack://", "turbopack://"].iter().find_map(|scheme| name.strip_prefix(scheme))?;
    if let Some((_, module)) = name.split_once("/~/") {
        return Some(&name[name.len() - module.len() - 2..]);
    }
    let is_namespace =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'@' | b'.'));
    if let Some((namespace, path)) = rest.split_once("/./")
        && is_namespace(namespace)
    {
        return Some(&rest[rest.len() - path.len() - 2..]);
    }
    let path = rest.trim_start_matches('/');
    Some(path.strip_prefix("[project]/").unwrap_or(path))
}

fn note(frame: &mut Object<'_>, map: &Map, file: &File) {
    let mut data = match frame.remove("data") {
        Some(Json::Object(data)) => data,
        _ => Object::new(),
    };
    for (name, key) in ORIGINAL {
        if let Some(value) = frame.get(key) {
            data.insert(name, value.clone());
        }
    }
    data.insert("sourcemap", cut(&map.label, MAX_LABEL));
    data.insert("resolved_with", map.by.as_str());
    if file.script_found.as_ref().is_some_and(|(_, by)| *by == FoundBy::Web) {
        data.insert("sourcemap_origin", cut(&map.base, MAX_LABEL));
    }
    data.insert("symbolicated", true);
    frame.push("data", data);
}

fn cut(text: &str, characters: usize) -> Json<'static> {
    Json::text(text.chars().take(characters).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::bundled_name;

    #[test]
    fn names_that_bundlers_give() {
        for (name, expected) in [
            ("webpack:///./src/a.ts", Some("./src/a.ts")),
            ("webpack://shop/./src/a.ts", Some("./src/a.ts")),
            ("webpack-internal:///./src/a.ts", Some("./src/a.ts")),
            ("webpack:///src/a.ts", Some("src/a.ts")),
            ("webpack:///webpack/bootstrap 3f2a", Some("webpack/bootstrap 3f2a")),
            ("webpack:////srv/~/react/index.js", Some("~/react/index.js")),
            ("turbopack:///[project]/src/a.ts", Some("src/a.ts")),
            ("../src/a.ts", None),
        ] {
            assert_eq!(bundled_name(name), expected, "{name}");
        }
    }
}

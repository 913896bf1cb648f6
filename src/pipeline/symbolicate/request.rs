//! Which frames of an event are looked up, and where (sourcemaps.md 2).

use std::borrow::Cow;
use std::collections::HashMap;

use uuid::Uuid;

use crate::types::json::{Json, Object};

/// Different files that are looked up for one event.
pub const MAX_FILES: usize = 100;

/// What an event needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub release: Option<String>,
    pub dist: Option<String>,
    pub files: Vec<WantedFile>,
}

/// A minified file that frames lie in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedFile {
    pub url: String,
    pub debug_id: Option<Uuid>,
    /// Lines and columns as the frames have them.
    pub places: Vec<(u32, Option<u32>)>,
}

/// What a frame's address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address<'f> {
    /// Nothing could be found, and nobody need be told.
    None,
    /// The SDK cut it off.
    Truncated,
    File(Cow<'f, str>),
}

/// The files to look up. `None`: the event has no frames of JavaScript that want it.
pub fn of(event: &Object<'_>) -> Option<Request> {
    let platform = event.get_str("platform").unwrap_or_default();
    let mut request = Request {
        release: event.get_str("release").map(str::to_owned),
        dist: event.get_str("dist").map(str::to_owned),
        files: Vec::new(),
    };
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut images = None;
    for frame in frames(event) {
        let Some((address, line, column)) = wanted(frame, platform) else { continue };
        let Address::File(url) = address else { continue };
        let images = images.get_or_insert_with(|| debug_ids(event));
        let debug_id = images.get(&*url).copied();
        if url.starts_with("blob:") && debug_id.is_none() {
            continue;
        }
        if let Some(place) = places.get(&*url) {
            request.files[*place].places.push((line, column));
        } else if request.files.len() < MAX_FILES {
            let url = url.into_owned();
            places.insert(url.clone(), request.files.len());
            request.files.push(WantedFile { url, debug_id, places: vec![(line, column)] });
        }
    }
    (!request.files.is_empty()).then_some(request)
}

/// A frame that may be looked up: where it says it is.
pub fn wanted<'f>(frame: &'f Object<'_>, event_platform: &str) -> Option<(Address<'f>, u32, Option<u32>)> {
    let platform = frame.get_str("platform").unwrap_or(event_platform);
    if !matches!(platform, "javascript" | "node") || is_done(frame) {
        return None;
    }
    let number = |key| frame.get(key).and_then(Json::as_i64);
    let line = u32::try_from(number("lineno")?).ok()?;
    let column = number("colno").map(|column| u32::try_from(column).unwrap_or(0));
    Some((address(frame.get_str("abs_path")?, platform), line, column))
}

fn is_done(frame: &Object<'_>) -> bool {
    let data = frame.get("data").and_then(Json::as_object);
    data.is_some_and(|data| data.contains_key("sourcemap") || data.contains_key("symbolicated"))
}

/// What is looked up for an `abs_path`.
pub fn address<'f>(abs_path: &'f str, platform: &str) -> Address<'f> {
    // An old SDK left the word in.
    let path = abs_path.strip_prefix("async ").unwrap_or(abs_path);
    if path.ends_with("...") {
        return Address::Truncated;
    }
    let is_nowhere = path.is_empty()
        || matches!(path, "<anonymous>" | "native" | "[native code]")
        || path.starts_with("data:")
        || ["chrome-extension://", "moz-extension://", "safari-extension://", "safari-web-extension://"]
            .iter()
            .any(|scheme| path.starts_with(scheme));
    if is_nowhere || (platform == "node" && !is_node_file(path)) {
        return Address::None;
    }
    Address::File(Cow::Borrowed(path))
}

/// Modules of Node itself have no path.
fn is_node_file(path: &str) -> bool {
    let bytes = path.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && bytes[2] == b'\\';
    has_drive
        || ["/", "app:", "webpack:", "file:///", "http://", "https://"].iter().any(|start| path.starts_with(start))
}

/// Debug ids by the file that has them.
fn debug_ids(event: &Object<'_>) -> HashMap<String, Uuid> {
    let images = event.get("debug_meta").and_then(|meta| meta.get("images")).and_then(Json::as_array);
    let read = |image: &Json<'_>| {
        let image = image.as_object().filter(|image| image.get_str("type") == Some("sourcemap"))?;
        let id = Uuid::try_parse(image.get_str("debug_id")?).ok()?;
        Some((image.get_str("code_file")?.to_owned(), id))
    };
    images.into_iter().flatten().filter_map(read).collect()
}

/// All frames of the event's stack traces.
fn frames<'e>(event: &'e Object<'_>) -> impl Iterator<Item = &'e Object<'e>> {
    let values = ["exception", "threads"].into_iter().flat_map(|key| {
        let values = event.get(key).and_then(|container| container.get("values").or(Some(container)));
        values.and_then(Json::as_array).into_iter().flatten()
    });
    let stacktraces = values.filter_map(|value| value.get("stacktrace")).chain(event.get("stacktrace"));
    stacktraces
        .filter_map(|stacktrace| stacktrace.get("frames").and_then(Json::as_array))
        .flatten()
        .filter_map(Json::as_object)
}

#[cfg(test)]
mod tests {
    use super::{Address, address, of};
    use crate::types::json::{Json, parse};

    #[test]
    fn addresses() {
        for (path, platform, is_file) in [
            ("https://a.test/x.js", "javascript", true),
            ("async https://a.test/x.js", "javascript", true),
            ("app:///main.jsbundle", "javascript", true),
            ("<anonymous>", "javascript", false),
            ("[native code]", "javascript", false),
            ("data:text/javascript,1", "javascript", false),
            ("chrome-extension://abc/x.js", "javascript", false),
            ("/srv/app/x.js", "node", true),
            (r"C:\app\x.js", "node", true),
            ("node:internal/process", "node", false),
            ("internal/main.js", "node", false),
            ("fs.js", "node", false),
        ] {
            assert_eq!(matches!(address(path, platform), Address::File(_)), is_file, "{path}");
        }
        assert_eq!(address("https://a.test/very/lon...", "javascript"), Address::Truncated);
    }

    #[test]
    fn files_are_asked_for_once() {
        let text = br#"{"platform":"javascript","release":"1","debug_meta":{"images":[
              {"type":"sourcemap","code_file":"https://a.test/x.js","debug_id":"0B9F1C7E2A534D7E9D0A3F7D4C1B2A90"},
              {"type":"macho","code_file":"blob:x","debug_id":"0B9F1C7E2A534D7E9D0A3F7D4C1B2A90"}]},
            "exception":{"values":[{"stacktrace":{"frames":[
              {"abs_path":"https://a.test/x.js","lineno":1,"colno":5},{"abs_path":"https://a.test/x.js","lineno":2},
              {"abs_path":"blob:x","lineno":1},{"abs_path":"https://a.test/y.js"},
              {"abs_path":"https://a.test/z.js","lineno":1,"data":{"symbolicated":true}},
              {"abs_path":"/a.py","lineno":1,"platform":"python"}]}}]}}"#;
        let Ok(Json::Object(event)) = parse(text) else { panic!() };
        let request = of(&event).unwrap();
        assert_eq!(request.files.len(), 1);
        assert_eq!(request.files[0].places, [(1, Some(5)), (2, None)]);
        assert!(request.files[0].debug_id.is_some());
    }
}

//! Module names for JavaScript frames, made from their URLs (sourcemaps.md 8).
//!
//! URLs change with every deployment (hosts, content hashes, versions); the module is the part that stays, so it is
//! what grouping, culprits and people use.

use crate::pipeline::frames::for_each_frame;
use crate::types::json::Object;

const UNKNOWN: &str = "<unknown module>";

/// Sets `module` where a JavaScript frame has a URL and no module.
pub fn apply(event: &mut Object<'_>) {
    let is_javascript = event.get_str("platform").is_some_and(is_javascript);
    for_each_frame(event, &mut |frame| {
        if frame.get_str("platform").map_or(is_javascript, self::is_javascript) {
            set_module(frame);
        }
    });
}

fn is_javascript(platform: &str) -> bool {
    matches!(platform, "javascript" | "node")
}

fn set_module(frame: &mut Object<'_>) {
    if frame.get_str("module").is_some_and(|module| !module.is_empty()) {
        return;
    }
    let Some(path) = frame.get_str("abs_path") else { return };
    let is_url = ["http:", "https:", "webpack:", "turbopack:", "app:"].iter().any(|scheme| path.starts_with(scheme));
    let module = if is_url { from_url(path) } else { UNKNOWN };
    if module != UNKNOWN {
        let module = module.to_owned();
        frame.insert("module", module);
    }
}

/// The module that a URL or path names: no host, folder of assets, version, hash or extension.
pub fn from_url(url: &str) -> &str {
    let path = without_extension(path_of(url));
    let module = match behind_hash(path) {
        Some(rest) => rest,
        None => without_hash_suffix(without_prefixes(path)),
    };
    if module.is_empty() { UNKNOWN } else { module }
}

/// The path without scheme, host, query and fragment.
fn path_of(url: &str) -> &str {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => url,
    }
}

fn without_extension(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let stem = match path[name..].rfind('.') {
        Some(dot) if dot > 0 && path[name..].bytes().any(|byte| byte != b'.') => &path[..name + dot],
        _ => path,
    };
    strip_suffix_ignoring_case(stem, ".min").unwrap_or(stem)
}

fn strip_suffix_ignoring_case<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    let start = text.len().checked_sub(suffix.len())?;
    text.get(start..)?.eq_ignore_ascii_case(suffix).then(|| &text[..start])
}

/// What follows the last segment that is an MD5 or SHA-1.
fn behind_hash(path: &str) -> Option<&str> {
    let mut start = 0;
    for segment in path.split('/') {
        let end = start + segment.len();
        if matches!(segment.len(), 32 | 40) && is_hex(segment) {
            return Some(path[end..].trim_start_matches('/'));
        }
        start = end + 1;
    }
    None
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn without_prefixes(mut path: &str) -> &str {
    loop {
        path = path.trim_start_matches('/');
        match path.split_once('/') {
            Some((segment, rest)) if is_prefix(segment) => path = rest,
            _ => return path,
        }
    }
}

/// Folders that tell how assets are served rather than what they are.
fn is_prefix(segment: &str) -> bool {
    const FOLDERS: [&str; 9] =
        ["script", "scripts", "javascript", "javascripts", "js", "build", "static", "node_modules", "bower_components"];
    segment.starts_with(['_', '.', '~'])
        || FOLDERS.iter().any(|folder| segment.eq_ignore_ascii_case(folder))
        || is_version(segment)
        || (matches!(segment.len(), 7 | 8) && is_hex(segment))
}

fn is_version(segment: &str) -> bool {
    let numbers = segment.strip_prefix(['v', 'V']).unwrap_or(segment);
    !numbers.is_empty()
        && numbers.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Drops one `-3f2a9bc1` or `.3f2a9bc1` at the end.
fn without_hash_suffix(path: &str) -> &str {
    match path.rfind(['-', '.']) {
        Some(place) if path.len() - place > 7 && is_hex(&path[place + 1..]) => &path[..place],
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{apply, from_url};
    use crate::types::json::{Json, parse};

    #[test]
    fn vectors() {
        let file: Value = serde_json::from_str(include_str!("../../tests/fixtures/vectors/js_modules.json")).unwrap();
        for case in file["cases"].as_array().unwrap() {
            assert_eq!(from_url(case["url"].as_str().unwrap()), case["expect"], "{}", case["id"]);
        }
    }

    #[test]
    fn only_javascript_frames_with_urls_and_without_module_get_one() {
        let text = br#"{"platform":"javascript","exception":{"values":[{"stacktrace":{"frames":[
            {"abs_path":"https://a.test/js/cart.js"},{"abs_path":"https://a.test/x.js","module":"own"},
            {"abs_path":"/srv/a.js"},{"abs_path":"https://a.test/x.js","platform":"python"}]}}]}}"#;
        let Ok(Json::Object(mut event)) = parse(text) else { panic!() };
        apply(&mut event);
        let written = Json::Object(event).to_string();
        assert_eq!(written.matches("\"module\"").count(), 2);
        assert!(written.contains("\"module\":\"cart\""));
    }
}

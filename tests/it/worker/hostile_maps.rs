//! Source maps that are broken, odd or mean harm: the event is stored all the same, and the frame says what is wrong.

use picket::types::artifact::ArtifactKind;
use serde_json::{Value, json};

use super::Stage;
use super::symbolication::{event, frames};

/// A map with these members beside or instead of the usual ones.
fn map(members: &Value) -> String {
    let mut map =
        json!({"version": 3, "sources": ["a.ts"], "sourcesContent": ["x"], "names": ["n"], "mappings": "AAAAA"});
    for (key, value) in members.as_object().unwrap() {
        map[key] = value.clone();
    }
    map.to_string()
}

fn mappings(text: &str) -> String {
    map(&json!({ "mappings": text }))
}

fn section(line: &Value, column: &Value, map: &str) -> String {
    format!(r#"{{"offset": {{"line": {line}, "column": {column}}}, "map": {map}}}"#)
}

fn sections(sections: &[String]) -> String {
    format!(r#"{{"version": 3, "sections": [{}]}}"#, sections.join(","))
}

/// Sections in sections in sections.
fn nested(depth: usize) -> String {
    (0..depth).fold(map(&json!({})), |inner, _| sections(&[section(&json!(0), &json!(0), &inner)]))
}

/// What is wrong, the map, and a part of the reason; `None`: the frame is resolved.
fn cases() -> Vec<(&'static str, String, Option<&'static str>)> {
    let long = "x".repeat(1 << 20);
    vec![
        ("usual", map(&json!({})), None),
        ("VLQ of other letters", mappings("!!"), Some("not a source map")),
        ("VLQ that is cut off", mappings("AAAAg"), Some("not a source map")),
        ("VLQ without end", mappings(&"g".repeat(1 << 20)), Some("not a source map")),
        ("VLQ that is too large", mappings("AAAA,////////////////A"), Some("not a source map")),
        ("two numbers", mappings("AA"), Some("not a source map")),
        ("a place before the first", mappings("AADD"), Some("js_invalid_sourcemap_location")),
        ("a source that is not there", mappings("AKAA"), Some("bad reference to source")),
        ("a name that is not there", mappings("AAAAK"), Some("bad reference to name")),
        ("no sources", r#"{"version":3,"mappings":"AAAA"}"#.to_owned(), Some("bad reference to source")),
        ("a source without a name", map(&json!({"sources": [null]})), None),
        ("sources that are no list", map(&json!({"sources": "a.ts"})), Some("not a source map")),
        ("mappings that are no text", map(&json!({"mappings": [1]})), Some("not a source map")),
        ("no mappings", r#"{"version":3,"sources":["a.ts"]}"#.to_owned(), Some("it has no mappings")),
        ("another version", map(&json!({"version": 2})), Some("version 2, not 3")),
        ("no JSON", "<!doctype html>".to_owned(), Some("not a source map")),
        ("nothing", String::new(), Some("not a source map")),
        ("nothing but the line against inclusion", ")]}'".to_owned(), Some("not a source map")),
        ("sections in sections", nested(3), None),
        ("sections without end", nested(5_000), Some("not a source map")),
        (
            "a section beyond everything",
            sections(&[section(&json!(u32::MAX), &json!(u32::MAX), &mappings("AAAA;;AAAA"))]),
            Some("js_invalid_sourcemap_location"),
        ),
        (
            "a section at a negative place",
            sections(&[section(&json!(-1), &json!(0), &map(&json!({})))]),
            Some("not a source map"),
        ),
        (
            "a section elsewhere",
            r#"{"version":3,"sections":[{"offset":{"line":0,"column":0},"url":"http://10.0.0.1/"}]}"#.to_owned(),
            Some("refers to another file"),
        ),
        (
            "names with NUL",
            map(&json!({"names": ["a\u{0}b"], "sources": ["c\u{0}d.ts"], "sourcesContent": ["e\u{0}f"]})),
            None,
        ),
        (
            "long names",
            map(&json!({"names": [long], "sources": [long], "sourcesContent": [long], "sourceRoot": long})),
            None,
        ),
        ("a list of ignored sources that lies", map(&json!({"ignoreList": [4_000_000_000_u32]})), None),
        ("scopes that lie", map(&json!({"x_facebook_sources": [[{"names": [], "mappings": "AAA,KKK"}], null]})), None),
        ("scopes that are broken", map(&json!({"x_facebook_sources": [[{"names": ["a"], "mappings": "!!"}]]})), None),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_map_says_the_event_is_stored_and_says_why() {
    let stage = Stage::new().await;
    let release = stage.release("shop@1").await;
    for (number, (what, map, reason)) in cases().into_iter().enumerate() {
        let (script, name) = (format!("~/{number}.js"), format!("{number}.js.map"));
        let text = format!("a{number}()\n//# sourceMappingURL={name}");
        stage.release_file(release, (&script, ""), ArtifactKind::MinifiedSource, &text).await;
        stage.release_file(release, (&format!("~/{name}"), ""), ArtifactKind::SourceMap, &map).await;
        let url = format!("https://shop.example/{number}.js");
        let frame = json!({"abs_path": url, "function": "f", "lineno": 1, "colno": 1, "in_app": true});
        let event = stage.sent(&event("shop@1", &[frame])).await;
        let (frame, errors) = (&frames(&event)[0], event["errors"].as_array().unwrap());
        assert!(event.to_string().len() < 20_000, "{what}: the event stays small");
        let Some(reason) = reason else {
            assert_eq!(frame["data"]["symbolicated"], true, "{what}: {frame} {errors:?}");
            continue;
        };
        assert_eq!((&frame["lineno"], &frame["abs_path"]), (&json!(1), &json!(url)), "{what}: as it came");
        assert_eq!(errors.len(), 1, "{what}: {errors:?}");
        assert!(errors[0].to_string().contains(reason), "{what}: {errors:?}");
    }
}

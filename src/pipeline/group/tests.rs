use std::collections::HashSet;
use std::time::{Duration, Instant};

use chrono::DateTime;
use md5::{Digest, Md5};
use serde_json::Value;
use uuid::Uuid;

use super::{explain, hashes};
use crate::pipeline::normalize::normalize;
use crate::pipeline::{Receipt, in_app, modules};
use crate::types::json::{Json, Object, parse};
use crate::types::project_settings::ProjectSettings;

/// The event as the stages before grouping leave it.
fn prepared(event: &Value) -> Object<'static> {
    let text = event.to_string();
    let Ok(Json::Object(event)) = parse(text.as_bytes()).map(Json::into_owned) else { panic!("no object") };
    let mut event = normalized(event);
    modules::apply(&mut event);
    in_app::apply(&mut event);
    event
}

fn normalized(mut event: Object<'static>) -> Object<'static> {
    normalize(&mut event, &receipt());
    event
}

fn receipt() -> Receipt {
    Receipt {
        event_id: Uuid::nil(),
        received_at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        client_ip: None,
        client: String::new(),
        user_agent: String::new(),
        sent_at: None,
    }
}

fn hashes_of(event: &Value) -> Vec<String> {
    let event = prepared(event);
    hashes(&event, &ProjectSettings::default()).iter().map(ToString::to_string).collect()
}

#[test]
fn pairs_share_a_group_or_do_not() {
    let file: Value =
        serde_json::from_str(include_str!("../../../tests/fixtures/vectors/grouping_pairs.json")).unwrap();
    let pairs = file["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 104);
    let wrong: Vec<String> = pairs
        .iter()
        .filter(|pair| (hashes_of(&pair["a"])[0] == hashes_of(&pair["b"])[0]) != (pair["expect"] == "same"))
        .map(|pair| format!("{}: {} ({})", pair["id"], pair["expect"], pair["why"]))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_explanation_gives_the_hashes() {
    let file: Value =
        serde_json::from_str(include_str!("../../../tests/fixtures/vectors/grouping_pairs.json")).unwrap();
    for pair in file["pairs"].as_array().unwrap() {
        for event in [&pair["a"], &pair["b"]] {
            let prepared = prepared(event);
            let explained: Vec<String> = explain(&prepared, &ProjectSettings::default())
                .into_iter()
                .filter(|variant| variant.contributes)
                .map(|variant| variant.hash.unwrap())
                .collect();
            assert_eq!(explained, hashes_of(event), "{}", pair["id"]);
        }
    }
}

fn event(text: &str) -> Object<'_> {
    let Ok(Json::Object(event)) = parse(text.as_bytes()) else { panic!("no object: {text}") };
    event
}

fn primary(text: &str) -> String {
    hashes(&event(text), &ProjectSettings::default())[0].to_string()
}

fn md5_hex(bytes: &[u8]) -> String {
    Uuid::from_bytes(Md5::digest(bytes).into()).simple().to_string()
}

#[test]
fn hashes_are_made_as_documented() {
    for (text, hashed) in [
        (r#"{"logentry":{"formatted":"user 7"}}"#, "g1\x1emessage\x1fuser <int>"),
        (r#"{"exception":{"values":[{"type":"A","value":"b"}]}}"#, "g1\x1eexception\x1f\x1etype\x1fA\x1evalue\x1fb"),
        (r#"{"fingerprint":["a","b"]}"#, "fp\x1ea\x1eb"),
        (r#"{"fingerprint":["{{ default }}","x"],"logentry":{"formatted":"m"}}"#, "fp\x1emessage\x1fm\x1ex"),
        (r#"{"fingerprint":["{{default}}","x"]}"#, "fp\x1e\x1ex"),
        (r#"{"checksum":"text"}"#, "text"),
        ("{}", ""),
    ] {
        assert_eq!(primary(text), md5_hex(hashed.as_bytes()), "{text}");
    }
    assert_eq!(primary(r#"{"checksum":"0123456789abcdef0123456789abcdef"}"#), "0123456789abcdef0123456789abcdef");
    let upper = "0123456789ABCDEF0123456789ABCDEF";
    assert_eq!(primary(&format!(r#"{{"checksum":"{upper}"}}"#)), md5_hex(upper.as_bytes()));
}

#[test]
fn values_are_framed() {
    let frames = |frames: &str| primary(&format!(r#"{{"platform":"other","stacktrace":{{"frames":[{frames}]}}}}"#));
    let different = [
        r#"{"module":"ab","function":"c"}"#,
        r#"{"module":"a","function":"bc"}"#,
        r#"{"module":"ab"},{"function":"c"}"#,
        r#"{"function":"ab"},{"function":"c"}"#,
        r#"{"function":"a"},{"function":"bc"}"#,
    ];
    let hashes: HashSet<String> = different.iter().map(|text| frames(text)).collect();
    assert_eq!(hashes.len(), different.len());
}

#[test]
fn composed_and_decomposed_letters_are_the_same() {
    let composed = primary("{\"logentry\":{\"formatted\":\"caf\u{e9}\"}}");
    assert_eq!(composed, primary("{\"logentry\":{\"formatted\":\"cafe\u{301}\"}}"));
}

#[test]
fn slimmed_frames_hash_as_before() {
    let frame = |number: usize, extra: &str| {
        format!(
            r#"{{"module":"m{number}","function":"f","lineno":{number},"context_line":"x = {number}","in_app":true{extra}}}"#
        )
    };
    let extra = r#","vars":{"a":1},"pre_context":["p"],"post_context":["q"]"#;
    let text = |is_slim: bool| {
        let frames = (0..250).map(|n| frame(n, if is_slim && n > 30 { "" } else { extra }));
        let frames = frames.collect::<Vec<_>>().join(",");
        format!(
            r#"{{"platform":"python","exception":{{"values":[{{"type":"E","stacktrace":{{"frames":[{frames}]}}}}]}}}}"#
        )
    };
    assert_eq!(primary(&text(false)), primary(&text(true)));
}

#[test]
fn both_variants_count_once_and_the_application_first() {
    let text = |other: bool| {
        format!(
            r#"{{"platform":"python","exception":{{"values":[{{"type":"E","stacktrace":{{"frames":[
                {{"module":"lib","in_app":{other}}},{{"module":"app","in_app":true}}]}}}}]}}}}"#
        )
    };
    let settings = ProjectSettings::default();
    assert_eq!(hashes(&event(&text(false)), &settings).len(), 2);
    assert_eq!(hashes(&event(&text(true)), &settings).len(), 1);
    let variants = explain(&event(&text(false)), &settings);
    let names: Vec<&str> = variants.iter().map(|variant| variant.name).collect();
    assert_eq!(names, ["app", "system"]);
}

#[test]
fn messages_beside_a_stack_trace_count_unless_the_project_says_otherwise() {
    let text = |message: &str| {
        format!(
            r#"{{"logentry":{{"formatted":"{message}"}},"stacktrace":{{"frames":[{{"function":"log","in_app":true}}]}}}}"#
        )
    };
    let (one, other) = (text("disk full"), text("mail stuck"));
    assert_ne!(primary(&one), primary(&other));
    let settings = ProjectSettings { stack_only_messages: true, ..ProjectSettings::default() };
    assert_eq!(hashes(&event(&one), &settings), hashes(&event(&other), &settings));
}

#[test]
fn what_the_client_says_comes_before_built_in_fingerprints() {
    let text = |more: &str| {
        format!(
            r#"{{"platform":"javascript"{more},"exception":{{"values":[{{"type":"ChunkLoadError","value":"x"}}]}}}}"#
        )
    };
    assert_eq!(primary(&text("")), md5_hex(b"fp\x1echunkloaderror"));
    assert_eq!(primary(&text(r#","fingerprint":["{{ default }}"]"#)), md5_hex(b"fp\x1echunkloaderror"));
    assert_eq!(primary(&text(r#","fingerprint":["mine"]"#)), md5_hex(b"fp\x1emine"));
    assert_eq!(primary(&text(r#","checksum":"mine""#)), md5_hex(b"mine"));
    let hydration = r#"{"platform":"javascript","transaction":"/cart","exception":{"values":[
        {"type":"Error","value":"Minified React error #418; visit https://react.dev/errors/418"}]}}"#;
    assert_eq!(primary(hydration), md5_hex(b"fp\x1ehydrationerror\x1e/cart"));
}

#[test]
fn fingerprints_are_explained() {
    let settings = ProjectSettings::default();
    let custom = explain(&event(r#"{"fingerprint":["a"],"logentry":{"formatted":"m"}}"#), &settings);
    assert_eq!(
        (custom[0].name, custom[0].contributes, &custom[0].values[..]),
        ("custom-fingerprint", true, &["a".to_owned()][..])
    );
    assert_eq!(
        (custom[1].name, custom[1].contributes, custom[1].hint),
        ("default", false, Some("fingerprint takes precedence"))
    );
    let salted = explain(&event(r#"{"fingerprint":["a","{{default}}"],"logentry":{"formatted":"m"}}"#), &settings);
    assert_eq!((salted[0].kind, salted[0].values.len(), salted.len()), ("salted-component", 2, 1));
}

#[test]
fn endless_recursion_takes_no_time_and_folds() {
    let frame = |number: usize| format!(r#"{{"module":"m","function":"f{number}","lineno":7,"in_app":true}}"#);
    let text = |period: usize, rounds: usize| {
        let frames: Vec<String> = (0..period * rounds).map(|place| frame(place % period)).collect();
        format!(r#"{{"platform":"python","stacktrace":{{"frames":[{}]}}}}"#, frames.join(","))
    };
    let started = Instant::now();
    for period in 1..=8 {
        assert_eq!(primary(&text(period, 10_000 / period)), primary(&text(period, 1)), "{period}");
    }
    assert_ne!(primary(&text(9, 1_000)), primary(&text(9, 1)));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn exception_groups_that_go_in_circles_come_to_an_end() {
    let exception = |id: i64, parent: i64| {
        format!(
            r#"{{"type":"E{id}","mechanism":{{"exception_id":{id},"parent_id":{parent},"is_exception_group":true}}}}"#
        )
    };
    for parents in [[0, 0, 0], [1, 2, 0], [2, 0, 1], [9, 9, 9]] {
        let exceptions: Vec<String> = (0..).zip(parents).map(|(id, parent)| exception(id, parent)).collect();
        let text = format!(r#"{{"exception":{{"values":[{}]}}}}"#, exceptions.join(","));
        assert_eq!(primary(&text).len(), 32);
        assert!(!explain(&event(&text), &ProjectSettings::default()).is_empty());
    }
}

#[test]
fn events_of_any_shape_have_a_hash() {
    for text in [
        r#"{"exception":7,"threads":"x","stacktrace":[],"logentry":"m","template":1,"csp":[],"fingerprint":{}}"#,
        r#"{"exception":{"values":[null,7,{"stacktrace":{"frames":[null,{}]}}]},"platform":7}"#,
        r#"{"threads":[{"crashed":true},{"crashed":true}],"fingerprint":[null,[]],"checksum":""}"#,
    ] {
        assert_eq!(primary(text), md5_hex(b""), "{text}");
    }
}

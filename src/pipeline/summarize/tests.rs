use chrono::DateTime;
use serde_json::Value;

use super::{Summary, cut, summarize};
use crate::types::json::{Json, parse};
use crate::types::level::Level;

fn summary(text: &str) -> Summary {
    let Ok(Json::Object(event)) = parse(text.as_bytes()) else { panic!("no object") };
    summarize(&event)
}

#[test]
fn vectors() {
    let file: Value = serde_json::from_str(include_str!("../../../tests/fixtures/vectors/culprit_title.json")).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let summary = summary(&case["event"].to_string());
        let expect = &case["expect"];
        assert_eq!(summary.event_type, expect["type"], "{}", case["id"]);
        assert_eq!(summary.title, expect["title"], "{}", case["id"]);
        assert_eq!(summary.culprit, expect["culprit"], "{}", case["id"]);
        assert_eq!(summary.location.as_deref(), expect["location"].as_str(), "{}", case["id"]);
    }
}

#[test]
fn tags_of_an_event() {
    let summary = summary(
        r#"{"tags":[["server_name","web1"],["browser","mine"],["level","mine"],["a","1"],["a","2"],["user","x"]],
        "level":"warning","logger":"shop","environment":"prod","transaction":"/cart","release":"shop@1","dist":"7",
        "user":{"id":42,"email":"a@b.test"},"request":{"url":"https://a.test/x"},
        "contexts":{"browser":{"type":"browser","name":"Firefox","version":"120.0"},
            "client_os":{"type":"os","name":"Windows","version":"10","rooted":false},
            "os":{"name":"Linux"},"device":{"model":"Pixel","family":"Android"},"trace":{"trace_id":"x"}},
        "exception":{"values":[{"type":"A","mechanism":{"type":"chained","handled":false}},
            {"type":"B","mechanism":{"type":"onerror","handled":true}}]}}"#,
    );
    let tags: Vec<String> = summary.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(
        tags,
        [
            "server_name=web1",
            "browser=Firefox 120.0",
            "level=warning",
            "a=1",
            "logger=shop",
            "environment=prod",
            "transaction=/cart",
            "release=shop@1",
            "dist=7",
            "user=id:42",
            "url=https://a.test/x",
            "browser.name=Firefox",
            "client_os=Windows 10",
            "client_os.name=Windows",
            "client_os.rooted=no",
            "os.name=Linux",
            "device=Pixel",
            "device.family=Android",
            "mechanism=onerror",
            "handled=no",
        ]
    );
}

#[test]
fn users_are_known_by_the_first_of_their_names() {
    for (user, expected) in [
        (r#"{"id":"1","username":"ann"}"#, Some("id:1")),
        (r#"{"id":"","username":"ann"}"#, Some("username:ann")),
        (r#"{"email":"a@b.test","ip_address":"10.0.0.1"}"#, Some("email:a@b.test")),
        (r#"{"ip_address":"10.0.0.1"}"#, Some("ip:10.0.0.1")),
        (r#"{"name":"Ann"}"#, None),
        ("null", None),
    ] {
        let summary = summary(&format!(r#"{{"user":{user}}}"#));
        let found = summary.tags.iter().find(|(key, _)| key == "user").map(|(_, value)| value.as_str());
        assert_eq!(found, expected, "{user}");
    }
}

#[test]
fn what_else_is_known_of_a_user_is_kept() {
    let long = "a".repeat(300);
    for (user, expected) in [
        (
            r#"{"id":1,"username":" ann ","email":"a@b.test","ip_address":"10.0.0.1","name":"Ann"}"#,
            "ann a@b.test 10.0.0.1 Ann",
        ),
        (r#"{"username":"ann","email":"a@b.test","ip_address":"10.0.0.1"}"#, "- a@b.test 10.0.0.1 -"),
        (r#"{"email":"a@b.test","name":"Ann"}"#, "- - - Ann"),
        (r#"{"ip_address":"10.0.0.1"}"#, "- - - -"),
        (r#"{"id":"1","email":"[Filtered]","username":"  ","name":7}"#, "- - - 7"),
        (r#"{"name":"Ann"}"#, "- - - -"),
        (&format!(r#"{{"id":1,"email":"{long}"}}"#), &format!("- {}... - -", &long[..251])),
    ] {
        let parts = summary(&format!(r#"{{"user":{user}}}"#)).user;
        let shown = [parts.username, parts.email, parts.ip, parts.name].map(|part| part.unwrap_or("-".to_owned()));
        assert_eq!(shown.join(" "), expected, "{user}");
    }
}

#[test]
fn search_text_names_each_part_once() {
    let summary = summary(
        r#"{"logentry":{"formatted":"KeyError in cart"},"transaction":"/cart",
        "exception":{"values":[{"type":"KeyError","value":"sku","stacktrace":{"frames":[
            {"filename":"cart.py","function":"add","in_app":true}]}}]}}"#,
    );
    assert_eq!(summary.message, "KeyError in cart sku cart.py add /cart");
}

#[test]
fn security_reports() {
    let csp = summary(
        r#"{"csp":{"effective_directive":"img-src","blocked_uri":"https://ads.test/x.gif"},
        "logentry":{"formatted":"Blocked 'image' from 'ads.test'"}}"#,
    );
    assert_eq!((csp.event_type, csp.title.as_str()), ("csp", "Blocked 'image' from 'ads.test'"));
    assert_eq!(csp.location.as_deref(), Some("ads.test"));
    assert_eq!(csp.metadata.get("directive").and_then(Json::as_str), Some("img-src"));
    let hpkp = summary(r#"{"hpkp":{"hostname":"a.test"}}"#);
    assert_eq!(
        (hpkp.event_type, hpkp.title.as_str(), hpkp.location.as_deref()),
        ("hpkp", "<untitled>", Some("a.test"))
    );
}

#[test]
fn what_is_missing_has_a_default() {
    for text in ["{}", r#"{"exception":[null,{}],"tags":7,"user":[],"contexts":[],"level":3,"timestamp":"x"}"#] {
        let summary = summary(text);
        assert_eq!((summary.event_type, summary.title.as_str()), ("default", "<unlabeled event>"));
        assert_eq!((summary.level, summary.platform.as_str()), (Level::Error, "other"));
        assert_eq!(summary.tags, [("level".to_owned(), "error".to_owned())]);
        assert_eq!(summary.occurred_at, DateTime::UNIX_EPOCH);
    }
    assert_eq!(summary(r#"{"timestamp":1700000000.25}"#).occurred_at.timestamp_micros(), 1_700_000_000_250_000);
    assert_eq!(summary(r#"{"timestamp":1e300}"#).occurred_at, DateTime::UNIX_EPOCH);
}

#[test]
fn texts_are_cut_by_characters() {
    assert_eq!(cut("äöüßé", 5), "äöüßé");
    assert_eq!(cut("äöüßéx", 5), "äö...");
}

#[test]
fn a_message_with_a_stack_trace_stays_a_message() {
    for (event, kind, title) in [
        (
            r#"{"logentry":{"formatted":"cart empty"},"exception":{"values":[{"value":"cart empty"}]}}"#,
            "default",
            "cart empty",
        ),
        (
            r#"{"logentry":{"formatted":"seen"},"exception":{"values":[{"type":"E","value":"seen"}]}}"#,
            "error",
            "E: seen",
        ),
        (r#"{"exception":{"values":[{"value":"cart empty"}]}}"#, "error", "Error: cart empty"),
    ] {
        let summary = summary(event);
        assert_eq!((summary.event_type, summary.title.as_str()), (kind, title), "{event}");
    }
}

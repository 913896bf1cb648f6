use std::net::{IpAddr, Ipv4Addr};

use chrono::DateTime;
use uuid::Uuid;

use super::scrub;
use crate::pipeline::Receipt;
use crate::pipeline::normalize::normalize;
use crate::types::json::{Json, Object, parse};
use crate::types::project_settings::ProjectSettings;

fn scrubbed(event: &Object<'_>, settings: &ProjectSettings) -> Json<'static> {
    let receipt = Receipt {
        event_id: Uuid::from_u128(1),
        received_at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        client_ip: Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9))),
        client: String::new(),
        user_agent: String::new(),
        sent_at: None,
    };
    let mut event = event.clone();
    normalize(&mut event, &receipt);
    scrub(&mut event, settings);
    let once = Json::Object(event.clone()).to_string();
    scrub(&mut event, settings);
    assert_eq!(once, Json::Object(event.clone()).to_string(), "a second run changes nothing");
    Json::Object(event).into_owned()
}

/// The text after scrubbing `extra.v`.
fn scrubbed_text(text: &str) -> String {
    let mut extra = Object::new();
    extra.push("v", Json::text(text));
    let mut event = Object::new();
    event.push("extra", extra);
    let event = scrubbed(&event, &ProjectSettings::default());
    event.get("extra").unwrap().get("v").and_then(Json::as_str).unwrap().to_owned()
}

fn agrees(expected: &Json<'_>, found: Option<&Json<'_>>) -> bool {
    match (expected, found) {
        (Json::Object(expected), Some(Json::Object(found))) => {
            expected.iter().all(|(key, expected)| agrees(expected, found.get(key)))
        }
        (Json::Array(expected), Some(Json::Array(found))) => {
            expected.len() == found.len()
                && expected.iter().zip(found).all(|(expected, found)| agrees(expected, Some(found)))
        }
        (expected, found) => Some(expected) == found,
    }
}

#[test]
fn events_are_scrubbed_as_in_the_vectors() {
    let file = parse(include_bytes!("../../../tests/fixtures/vectors/scrubbing.json")).unwrap();
    for case in file.get("cases").and_then(Json::as_array).unwrap() {
        let input = case.get("input").and_then(Json::as_object).unwrap();
        let event = scrubbed(input, &ProjectSettings::default());
        let expected = case.get("expect").unwrap();
        assert!(agrees(expected, Some(&event)), "{}: {event}", case.get("id").unwrap());
    }
}

#[test]
fn patterns_are_replaced_where_they_stand() {
    for (text, expected) in [
        ("card 4111 1111 1111 1111.", "card [Filtered]."),
        ("4111-1111-1111-1111 5555555555554444", "[Filtered] [Filtered]"),
        ("378282246310005", "[Filtered]"),
        ("order 4111111111111112", "order 4111111111111112"),
        ("at 1699999900123 ms", "at 1699999900123 ms"),
        ("41111111111111111111", "41111111111111111111"),
        ("078-05-1120", "[Filtered]"),
        ("2023-11-14 078-05-11201", "2023-11-14 078-05-11201"),
        ("GET https://ann:s3@h.test/a?b=1", "GET https://ann:[Filtered]@h.test/a?b=1"),
        ("postgres://u:p@db/x redis://:p@r/0", "postgres://u:[Filtered]@db/x redis://:[Filtered]@r/0"),
        ("https://h.test/a:b@c", "https://h.test/a:b@c"),
        ("sent Bearer abc.def-1 to", "sent Bearer [Filtered] to"),
        ("pay DE89370400440532013000 now", "pay [Filtered] now"),
        ("pay DE89 3704 0044 0532 0130 00 now", "pay [Filtered] now"),
        ("pay DE89370400440532013001 now", "pay DE89370400440532013001 now"),
        (
            "-----BEGIN RSA PUBLIC KEY-----\nMIIB\n-----END RSA PUBLIC KEY-----\nx",
            "-----BEGIN RSA PUBLIC KEY-----\n[Filtered]\n-----END RSA PUBLIC KEY-----\nx",
        ),
        ("my PassWord is x", "[Filtered]"),
        ("{'api-key': 1}", "[Filtered]"),
        ("token: abc", "[Filtered]"),
        ("tokens expired", "tokens expired"),
        ("the author wrote", "the author wrote"),
        ("authorized", "[Filtered]"),
        ("otp 1", "[Filtered]"),
        ("potpourri", "potpourri"),
        ("ünïcode 你好 1", "ünïcode 你好 1"),
        ("", ""),
    ] {
        assert_eq!(scrubbed_text(text), expected, "{text}");
    }
}

#[test]
fn each_place_has_its_rules() {
    let event = parse(
        br#"{"message":"wrong password for 4111111111111111","platform":"javascript",
        "exception":[{"type":"AuthError","value":"secret 078-05-1120","mechanism":{"type":"x","data":{"auth":"y"}},
          "stacktrace":{"frames":[{"filename":"auth.py","context_line":"password = 1","vars":{"d":[["passwd","x"]],"n":4111111111111111}}]}}],
        "request":{"url":"https://u:p@h.test/auth/login","query_string":"token=1&q=2","cookies":"PHPSESSID=1; a=b",
          "headers":{"User-Agent":"auth/1","X-Api-Key":"k","Set-Cookie":"a=1"},"data":{"user":{"password":"x"}}},
        "user":{"id":"1","plan":"gold","secret":"x"},"tags":{"auth.kind":"basic","b":"c"},
        "breadcrumbs":[{"message":"api_key=1","category":"auth","data":{"token":"1"}}],
        "contexts":{"auth":{"a":"b","credentials":{"x":1}}},"level":"my password"}"#,
    )
    .unwrap();
    let event = scrubbed(event.as_object().unwrap(), &ProjectSettings::default());
    let expected = parse(
        br#"{"logentry":{"formatted":"wrong password for [Filtered]"},
        "exception":{"values":[{"type":"AuthError","value":"secret [Filtered]","mechanism":{"type":"x","data":{"auth":"[Filtered]"}},
          "stacktrace":{"frames":[{"filename":"auth.py","context_line":"password = 1","vars":{"d":[["passwd","[Filtered]"]],"n":"[Filtered]"}}]}}]},
        "request":{"url":"https://u:[Filtered]@h.test/auth/login","query_string":[["token","[Filtered]"],["q","2"]],
          "cookies":[["PHPSESSID","[Filtered]"],["a","b"]],
          "headers":[["Set-Cookie","[Filtered]"],["User-Agent","auth/1"],["X-Api-Key","[Filtered]"]],
          "data":{"user":{"password":"[Filtered]"}}},
        "user":{"id":"1","data":{"plan":"gold","secret":"[Filtered]"},"ip_address":"203.0.113.9"},
        "tags":[["auth.kind","[Filtered]"],["b","c"]],
        "breadcrumbs":{"values":[{"message":"[Filtered]","category":"auth","data":{"token":"[Filtered]"}}]},
        "contexts":{"auth":{"a":"b","credentials":"[Filtered]"}},
        "errors":[{"type":"invalid_data","name":"level","value":"[Filtered]"}]}"#,
    )
    .unwrap();
    for (key, expected) in expected.as_object().unwrap().iter() {
        assert!(agrees(expected, event.get(key)), "{key}: {event}");
    }
}

#[test]
fn settings_decide() {
    let event = parse(br#"{"extra":{"password":"x","Badge":"y","ok":"4111111111111111"}}"#).unwrap();
    let event = event.as_object().unwrap();
    let default = ProjectSettings::default();
    for (settings, expected) in [
        (ProjectSettings { scrub_data: false, ..default.clone() }, ["x", "y", "4111111111111111"]),
        (
            ProjectSettings { scrub_defaults: false, sensitive_fields: vec!["badge".into()], ..default.clone() },
            ["x", "[Filtered]", "4111111111111111"],
        ),
        (
            ProjectSettings { safe_fields: vec!["Password".into(), "OK".into()], ..default.clone() },
            ["x", "y", "4111111111111111"],
        ),
        (
            ProjectSettings { sensitive_fields: vec!["BADGE".into()], ..default.clone() },
            ["[Filtered]", "[Filtered]", "[Filtered]"],
        ),
    ] {
        let event = scrubbed(event, &settings);
        let extra = event.get("extra").unwrap();
        assert_eq!(["password", "Badge", "ok"].map(|key| extra.get(key).and_then(Json::as_str).unwrap()), expected);
    }
}

#[test]
fn addresses_are_removed_everywhere() {
    let event = parse(
        br#"{"user":{"id":"1","ip_address":"8.8.8.8"},"sdk":{"name":"x","client_ip":"8.8.8.8"},"tags":{"ip":"8.8.8.8","a":"b"},
        "request":{"headers":{"x-forwarded-for":"8.8.8.8","Host":"h"},"env":{"REMOTE_ADDR":"8.8.8.8","HTTP_X_REAL_IP":"8.8.8.8","A":"b"}}}"#,
    )
    .unwrap();
    let settings = ProjectSettings { scrub_ip_address: true, ..ProjectSettings::default() };
    let event = scrubbed(event.as_object().unwrap(), &settings).to_string();
    assert!(!event.contains("8.8.8.8"), "{event}");
    assert!(event.contains(r#"["Host","h"]"#) && event.contains(r#""A":"b""#), "{event}");
}

//! The vectors of the specification, and laws that hold for any input.

use std::net::IpAddr;

use chrono::DateTime;
use uuid::Uuid;

use super::normalize;
use super::security::{ReportQuery, event_from_report};
use crate::pipeline::Receipt;
use crate::protocol::security::{Kind, reports};
use crate::types::json::{Json, Object, parse};

const RECEIVED: i64 = 1_700_000_000;

pub fn receipt() -> Receipt {
    Receipt {
        event_id: Uuid::from_u128(0x9ec7_9c33_ec99_42ab_8353_589f_cb2e_04dc),
        received_at: DateTime::from_timestamp(RECEIVED, 0).unwrap(),
        client_ip: None,
        client: String::new(),
        user_agent: String::new(),
        sent_at: None,
    }
}

/// The cases of a vector file.
fn cases(text: &'static str) -> Vec<Json<'static>> {
    match parse(text.as_bytes()).unwrap() {
        Json::Object(mut file) => match file.remove("cases").unwrap() {
            Json::Array(cases) => cases,
            other => panic!("{other}"),
        },
        other => panic!("{other}"),
    }
}

fn id<'j>(case: &'j Json<'_>) -> &'j str {
    case.get("id").and_then(Json::as_str).unwrap()
}

pub fn object(value: &Json<'static>) -> Object<'static> {
    value.as_object().unwrap().clone()
}

/// Normalises, checking on the way that a second run changes nothing.
pub fn normalized(event: &Object<'static>, receipt: &Receipt) -> Json<'static> {
    let mut once = event.clone();
    normalize(&mut once, receipt);
    let mut twice = once.clone();
    normalize(&mut twice, receipt);
    assert_eq!(sorted(&once), sorted(&twice));
    Json::Object(once)
}

/// The text of an event; the order of its attributes means nothing.
fn sorted(event: &Object<'_>) -> String {
    let mut members = event.clone().into_members();
    members.sort_by(|a, b| a.0.cmp(&b.0));
    Json::Object(members.into_iter().collect()).to_string()
}

/// Whether everything expected is there; null in an expectation means absent.
pub fn agrees(expected: &Json<'_>, found: Option<&Json<'_>>) -> bool {
    match (expected, found) {
        (Json::Null, found) => found.is_none_or(Json::is_null),
        (Json::Str(text), None) => text.is_empty(),
        (Json::Object(expected), Some(Json::Object(found))) => {
            expected.iter().all(|(key, expected)| agrees(expected, found.get(key)))
        }
        (Json::Array(expected), Some(Json::Array(found))) => {
            expected.len() == found.len()
                && expected.iter().zip(found).all(|(expected, found)| agrees(expected, Some(found)))
        }
        (expected, Some(found)) => match (expected.as_f64(), found.as_f64()) {
            (Some(expected), Some(found)) => (expected - found).abs() < 0.001,
            _ => expected == found,
        },
        (_, None) => false,
    }
}

pub fn has_error(event: &Json<'_>, kind: &str, name: &str) -> bool {
    event.get("errors").and_then(Json::as_array).unwrap().iter().any(|error| {
        error.get("type").and_then(Json::as_str) == Some(kind) && error.get("name").and_then(Json::as_str) == Some(name)
    })
}

#[test]
fn shapes_are_as_in_the_vectors() {
    for case in cases(include_str!("../../../tests/fixtures/vectors/normalize_shapes.json")) {
        let mut input = object(case.get("input").unwrap());
        let mut receipt = receipt();
        if let Some(client) = input.remove("__auth_client") {
            receipt.client = client.as_str().unwrap().to_owned();
        }
        let event = normalized(&input, &receipt);
        for (key, expected) in case.get("expect").unwrap().as_object().unwrap().iter() {
            if !key.starts_with("tag:") {
                assert!(agrees(expected, event.get(key)), "{}: {key} of {event}", id(&case));
            }
        }
        for error in case.get("errors").unwrap().as_array().unwrap() {
            let (kind, name) = error.as_str().unwrap().split_once(':').unwrap();
            assert!(has_error(&event, kind, name), "{}: {event}", id(&case));
        }
    }
}

#[test]
fn messages_are_formatted_as_in_the_vectors() {
    for case in cases(include_str!("../../../tests/fixtures/vectors/message_formatting.json")) {
        let mut input = Object::new();
        input.push("logentry", case.get("logentry").unwrap().clone());
        let event = normalized(&input, &receipt());
        assert!(agrees(case.get("expect").unwrap(), event.get("logentry")), "{}: {event}", id(&case));
    }
}

#[test]
fn timestamps_are_as_in_the_vectors() {
    for case in cases(include_str!("../../../tests/fixtures/vectors/timestamps.json")) {
        let mut input = Object::new();
        input.push("timestamp", case.get("timestamp").unwrap().clone());
        let event = normalized(&input, &receipt());
        assert!(agrees(case.get("expect").unwrap(), event.get("timestamp")), "{}: {event}", id(&case));
        let errors = event.get("errors").and_then(Json::as_array).unwrap();
        match case.get("error").and_then(Json::as_str) {
            Some(kind) => assert!(has_error(&event, kind, "timestamp"), "{}: {event}", id(&case)),
            None => assert!(errors.is_empty(), "{}: {event}", id(&case)),
        }
    }
}

#[test]
fn user_addresses_are_as_in_the_vectors() {
    for case in cases(include_str!("../../../tests/fixtures/vectors/user_ip.json")) {
        let mut input = Object::new();
        input.push("platform", case.get("platform").unwrap().clone());
        input.push("user", case.get("user").unwrap().clone());
        let mut request = Object::new();
        request.push("env", case.get("env").unwrap().clone());
        input.push("request", request);
        let client_ip: IpAddr = case.get("client_ip").and_then(Json::as_str).unwrap().parse().unwrap();
        let receipt = Receipt { client_ip: Some(client_ip), ..receipt() };
        let event = normalized(&input, &receipt);
        let found = event.get("user").and_then(|user| user.get("ip_address"));
        assert!(agrees(case.get("expect_user_ip").unwrap(), found), "{}: {event}", id(&case));
    }
}

/// Payloads as SDKs send them.
const EVENTS: &[(&str, &str)] = &[
    ("cocoa-threads", include_str!("../../../tests/fixtures/events/cocoa-threads.json")),
    ("dotnet-aspnetcore", include_str!("../../../tests/fixtures/events/dotnet-aspnetcore.json")),
    ("go-wrapped", include_str!("../../../tests/fixtures/events/go-wrapped.json")),
    ("java-chained", include_str!("../../../tests/fixtures/events/java-chained.json")),
    ("javascript-browser", include_str!("../../../tests/fixtures/events/javascript-browser.json")),
    ("message-breadcrumbs", include_str!("../../../tests/fixtures/events/message-breadcrumbs.json")),
    ("node-express", include_str!("../../../tests/fixtures/events/node-express.json")),
    ("php-laravel", include_str!("../../../tests/fixtures/events/php-laravel.json")),
    ("python-chained-locals", include_str!("../../../tests/fixtures/events/python-chained-locals.json")),
    ("ruby-rails", include_str!("../../../tests/fixtures/events/ruby-rails.json")),
    ("rust-panic", include_str!("../../../tests/fixtures/events/rust-panic.json")),
];

#[test]
fn events_of_real_sdks_have_no_errors() {
    for (name, text) in EVENTS {
        let event = normalized(&object(&parse(text.as_bytes()).unwrap()), &receipt());
        assert_eq!(event.get("errors"), Some(&Json::Array(Vec::new())), "{name}");
        assert_eq!(event.get("_meta"), None, "{name}");
        assert!(event.get("exception").or(event.get("logentry")).is_some(), "{name}");
    }
}

#[test]
fn security_reports_become_events_as_in_the_vectors() {
    for case in cases(include_str!("../../../tests/fixtures/vectors/security_reports.json")) {
        let expected = case.get("expect").unwrap();
        let reports = reports(case.get("body").unwrap().clone());
        let Some(report) = reports.first() else {
            assert_eq!(expected.get("status"), Some(&Json::Int(400)), "{}", id(&case));
            continue;
        };
        let kind = Kind::of(report).unwrap();
        let event = event_from_report(kind, report, "curl/8", ReportQuery::default()).unwrap();
        let event = normalized(&event, &receipt());
        let message = event.get("logentry").and_then(|logentry| logentry.get("formatted"));
        for (key, expected) in expected.as_object().unwrap().iter() {
            let agrees = match key {
                "title" => agrees(expected, message),
                "request_url" => agrees(expected, event.get("request").and_then(|request| request.get("url"))),
                "tags" => expected.as_object().unwrap().iter().all(|(key, value)| {
                    let pair = Json::Array(vec![Json::text(key), value.clone()]);
                    event.get("tags").and_then(Json::as_array).unwrap().contains(&pair)
                }),
                "filtered" => true, // a filter's business
                _ => agrees(expected, event.get(key)),
            };
            assert!(agrees, "{}: {key} of {event}", id(&case));
        }
    }
}

#[test]
fn blocked_content_is_described() {
    for (report, message, culprit) in [
        (r#"{"effective-directive":"img-src","blocked-uri":"data"}"#, "Blocked 'image' from 'data:'", ""),
        (r#"{"effective-directive":"img-src","blocked-uri":"data:text/plain,x"}"#, "Blocked 'image' from 'data:'", ""),
        (r#"{"effective-directive":"style-src","blocked-uri":"inline"}"#, "Blocked inline 'style'", ""),
        (
            r#"{"document-uri":"https://a.test/x","violated-directive":"img-src https://a.test https://b.test/p blob:",
            "blocked-uri":"https://c.test:8443/y"}"#,
            "Blocked 'image' from 'c.test:8443'",
            "img-src 'self' b.test blob:",
        ),
        (
            r#"{"violated-directive":"script-src 'unsafe-eval'","blocked-uri":"self"}"#,
            "Blocked unsafe eval() 'script'",
            "script-src 'unsafe-eval'",
        ),
        (
            r#"{"violated-directive":"script-src","blocked-uri":"'self'"}"#,
            "Blocked unsafe (eval() or inline) 'script'",
            "script-src",
        ),
        (
            r#"{"effective-directive":"worker-src","blocked-uri":"app://x/y"}"#,
            "Blocked 'worker-src' from 'app://x'",
            "",
        ),
        ("{}", "Blocked inline 'unknown'", ""),
    ] {
        let text = format!("{{\"csp-report\":{report}}}");
        let report = parse(text.as_bytes()).unwrap();
        let event = event_from_report(Kind::Csp, &report, "", ReportQuery::default()).unwrap();
        assert_eq!(event.get("logentry").unwrap().get("formatted"), Some(&Json::from(message)), "{text}");
        assert_eq!(event.get_str("culprit"), Some(culprit), "{text}");
    }
}

#[test]
fn user_agents_tell_what_the_client_does_not() {
    let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36";
    let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1";
    let pixel = "Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36";
    let safari = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15";
    for (platform, header, hints, expected) in [
        (
            "javascript",
            chrome,
            "",
            r#"{"browser":{"type":"browser","name":"Chrome","version":"119.0.0"},"os":{"type":"os","name":"Windows","version":">=10"},"device":null}"#,
        ),
        (
            "javascript",
            chrome,
            r#","sec-ch-ua-platform":"\"Windows\"","sec-ch-ua-platform-version":"\"15.0.0\"""#,
            r#"{"os":{"name":"Windows","version":"15.0.0"}}"#,
        ),
        (
            "python",
            iphone,
            "",
            r#"{"browser":{"name":"Mobile Safari","version":"17.1"},"client_os":{"type":"os","name":"iOS","version":"17.1"},
            "device":{"type":"device","family":"iPhone","brand":"Apple","model":"iPhone"},"os":null}"#,
        ),
        (
            "javascript",
            pixel,
            "",
            r#"{"os":{"name":"Android","version":"13"},"device":{"family":"Pixel 7","brand":"Google"}}"#,
        ),
        ("javascript", safari, "", r#"{"os":{"name":"Mac OS X","version":">=10.15.7"},"device":{"family":"Mac"}}"#),
        ("node", "\u{4f60}\u{597d}", "", r#"{"browser":null,"client_os":null}"#),
    ] {
        let text = format!(
            r#"{{"platform":"{platform}","request":{{"headers":{{"user-agent":"{header}"{hints}}}}},"contexts":{{"app":{{"app_name":"x"}}}}}}"#
        );
        let event = normalized(&object(&parse(text.as_bytes()).unwrap().into_owned()), &receipt());
        let expected = parse(expected.as_bytes()).unwrap();
        assert!(agrees(&expected, event.get("contexts")), "{header}: {event}");
    }
}

#[test]
fn contexts_of_the_client_win() {
    let event = parse(
        br#"{"platform":"javascript","request":{"headers":[["User-Agent","Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"]]},
        "contexts":{"browser":{"name":"Mine"}}}"#,
    )
    .unwrap();
    let event = normalized(&object(&event), &receipt());
    let expected =
        parse(br#"{"browser":{"name":"Mine","version":null},"os":{"name":"Linux","version":null}}"#).unwrap();
    assert!(agrees(&expected, event.get("contexts")), "{event}");
}

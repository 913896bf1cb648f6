use chrono::DateTime;
use uuid::Uuid;

use super::reason;
use crate::pipeline::Receipt;
use crate::types::json::{Json, parse};
use crate::types::project_settings::InboundFilters;

fn receipt() -> Receipt {
    Receipt {
        event_id: Uuid::nil(),
        received_at: DateTime::UNIX_EPOCH,
        client_ip: Some([203, 0, 113, 9].into()),
        client: String::new(),
        user_agent: "python-requests/2".to_owned(),
        sent_at: None,
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Everything is on.
fn filters() -> InboundFilters {
    InboundFilters {
        ip_addresses: texts(&["10.0.0.0/8", "198.51.100.7", "2001:db8::/32", "nonsense"]),
        releases: texts(&["shop@1.*", " "]),
        error_messages: texts(&["*out of memory*", "TypeError: known*"]),
        localhost: true,
        browser_extensions: true,
        legacy_browsers: true,
        web_crawlers: true,
        csp_defaults: true,
        csp_ignored_sources: texts(&["*.ads.test", "inline"]),
    }
}

const REFUSED: [(&str, &str); 28] = [
    (r#"{"user":{"ip_address":"10.1.2.3"}}"#, "ip-address"),
    (r#"{"sentry.interfaces.User":{"ip_address":"198.51.100.7"}}"#, "ip-address"),
    (r#"{"user":{"ip_address":"::ffff:10.1.2.3"}}"#, "ip-address"),
    (r#"{"user":{"ip_address":"2001:db8::1"}}"#, "ip-address"),
    (r#"{"release":"Shop@1.2.3"}"#, "release-version"),
    (r#"{"message":"worker out of memory"}"#, "error-message"),
    (r#"{"logentry":{"formatted":"Out Of Memory: 3"}}"#, "error-message"),
    (r#"{"sentry.interfaces.Message":{"message":"out of memory"}}"#, "error-message"),
    (r#"{"exception":{"values":[{"type":"A"},{"type":"TypeError","value":"known bug"}]}}"#, "error-message"),
    (r#"{"exception":[{"value":"out of memory"}]}"#, "error-message"),
    (r#"{"exception":{"type":"TypeError","value":"known bug"}}"#, "error-message"),
    (r#"{"user":{"ip_address":"127.0.0.1"}}"#, "localhost"),
    (r#"{"request":{"url":"http://localhost:8000/x"}}"#, "localhost"),
    (r#"{"sentry.interfaces.Http":{"url":"https://127.0.0.1/"}}"#, "localhost"),
    (r#"{"platform":"javascript","exception":{"values":[{"value":"x _gCrWeb.y"}]}}"#, "browser-extensions"),
    (
        r#"{"platform":"javascript","exception":{"values":[{"stacktrace":{"frames":[{"abs_path":"https://a.test/a.js"},
            {"abs_path":"chrome-extension://abc/x.js"}]}}]}}"#,
        "browser-extensions",
    ),
    (
        r#"{"platform":"javascript","exception":[{"stacktrace":{"frames":[{"filename":"moz-extension://abc/x.js"}]}}]}"#,
        "browser-extensions",
    ),
    (r#"{"platform":"javascript","request":{"headers":{"user-agent":"Mozilla (MSIE 8.0; x)"}}}"#, "legacy-browsers"),
    (r#"{"platform":"javascript","request":{"headers":[["User-Agent","Mozilla (MSIE 8.0; x)"]]}}"#, "legacy-browsers"),
    (r#"{"request":{"headers":[["Accept","*"],["USER-AGENT","Googlebot/2.1"]]}}"#, "web-crawlers"),
    (r#"{"http":{"headers":{"User-Agent":["Googlebot/2.1"]}}}"#, "web-crawlers"),
    (r#"{"csp-report":{"blocked-uri":"chrome-extension://abc"}}"#, "invalid-csp"),
    (r#"{"csp-report":{"blocked-uri":"moz-extension"}}"#, "invalid-csp"),
    (r#"{"csp-report":{"blocked-uri":"about"}}"#, "invalid-csp"),
    (r#"{"csp-report":{"blocked-uri":"https://a.test","source-file":"safari-extension://x/y.js"}}"#, "invalid-csp"),
    (r#"{"csp":{"blocked_uri":"http://localhost:3000/x"}}"#, "invalid-csp"),
    (r#"{"csp":{"blocked_uri":"https://eu.ads.test/x"}}"#, "invalid-csp"),
    (r#"{"csp":{"blocked_uri":"inline"}}"#, "invalid-csp"),
];

const TAKEN: [&str; 14] = [
    "{}",
    r#"{"release":"shop@2.0"}"#,
    r#"{"release":7,"message":["out of memory"],"exception":7,"user":"x","request":[],"csp":"x","platform":{}}"#,
    r#"{"exception":{"values":[null,7,{"type":"TypeError","value":"other"}]}}"#,
    r#"{"platform":"python","exception":{"values":[{"value":"_gCrWeb"}]}}"#,
    r#"{"platform":"python","request":{"headers":{"User-Agent":"MSIE 8.0"}}}"#,
    r#"{"platform":"javascript","exception":{"values":[{"stacktrace":{"frames":[]}}]}}"#,
    r#"{"platform":"javascript","exception":{"values":[{"stacktrace":{"frames":[{"abs_path":"chrome-extension://x"},
        {"abs_path":"https://a.test/a.js"}]}}]}}"#,
    r#"{"request":{"url":"https://localhost.example.com/"}}"#,
    r#"{"request":{"headers":{"User-Agent":7}}}"#,
    r#"{"user":{"ip_address":"11.1.2.3"}}"#,
    r#"{"csp-report":{"blocked-uri":"https://cdn.test/x.js","source-file":"https://a.test/"}}"#,
    r#"{"csp-report":{"blocked-uri":"self"}}"#,
    r#"{"csp-report":{"blocked-uri":""}}"#,
];

fn reason_for(text: &str, filters: &InboundFilters) -> Option<&'static str> {
    let Ok(Json::Object(event)) = parse(text.as_bytes()) else { panic!("{text}") };
    reason(&event, &receipt(), filters)
}

#[test]
fn each_filter_refuses_its_own() {
    for (event, expected) in REFUSED {
        assert_eq!(reason_for(event, &filters()), Some(expected), "{event}");
    }
    for event in TAKEN {
        assert_eq!(reason_for(event, &filters()), None, "{event}");
    }
}

#[test]
fn by_default_only_crawlers_and_noise_are_refused() {
    let defaults = InboundFilters::default();
    for (event, expected) in REFUSED {
        let is_default = expected == "web-crawlers"
            || (expected == "invalid-csp" && !event.contains("ads") && !event.contains("inline"));
        assert_eq!(reason_for(event, &defaults).is_some(), is_default, "{event}");
    }
}

#[test]
fn the_receipt_counts_where_the_event_says_nothing() {
    let mut receipt = receipt();
    let Ok(Json::Object(event)) = parse(b"{}") else { panic!() };
    receipt.user_agent = "Googlebot/2.1".to_owned();
    assert_eq!(reason(&event, &receipt, &filters()), Some("web-crawlers"));
    receipt.client_ip = Some([127, 0, 0, 1].into());
    assert_eq!(reason(&event, &receipt, &filters()), Some("localhost"));
}

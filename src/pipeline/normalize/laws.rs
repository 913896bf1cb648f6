//! Laws that hold for any input: no panic, a second run changes nothing, the limits of normalize.md 16.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use uuid::Uuid;

use super::normalize;
use crate::pipeline::Receipt;
use crate::pipeline::scrub::scrub;
use crate::types::json::{Json, Object, check};
use crate::types::project_settings::ProjectSettings;

/// Names that the steps look for, and some that they do not.
const NAMES: &[&str] = &[
    "event_id",
    "type",
    "timestamp",
    "platform",
    "level",
    "logger",
    "transaction",
    "culprit",
    "server_name",
    "release",
    "dist",
    "environment",
    "tags",
    "extra",
    "modules",
    "fingerprint",
    "checksum",
    "logentry",
    "message",
    "exception",
    "stacktrace",
    "raw_stacktrace",
    "threads",
    "template",
    "breadcrumbs",
    "contexts",
    "user",
    "request",
    "sdk",
    "debug_meta",
    "csp",
    "errors",
    "_meta",
    "sentry.interfaces.Http",
    "values",
    "frames",
    "value",
    "module",
    "mechanism",
    "thread_id",
    "exc_omitted",
    "frames_omitted",
    "registers",
    "abs_path",
    "filename",
    "function",
    "lineno",
    "colno",
    "context_line",
    "pre_context",
    "post_context",
    "vars",
    "in_app",
    "image_addr",
    "data",
    "meta",
    "posix_signal",
    "signal",
    "handled",
    "url",
    "query_string",
    "headers",
    "cookies",
    "env",
    "method",
    "fragment",
    "inferred_content_type",
    "User-Agent",
    "Cookie",
    "Content-Type",
    "REMOTE_ADDR",
    "id",
    "name",
    "email",
    "ip_address",
    "geo",
    "category",
    "formatted",
    "params",
    "os",
    "runtime",
    "trace",
    "trace_id",
    "raw_description",
    "version",
    "build",
    "images",
    "key",
    "settings",
    "infer_ip",
    "password",
    "a",
    "x y",
    "\u{4f60}",
    "",
];

const TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "error",
    "30",
    "javascript",
    "python",
    "http://a.test/x?b=1&c=#f",
    "a=1&b=2",
    "{\"a\":[1,{}]}",
    "\"q\"",
    "[",
    "%s %(a)s %5.2f",
    "{} {0} {a}",
    "ValueError: bad",
    ": x",
    "{{auto}}",
    "1.2.3.4",
    "::ffff:1.2.3.4",
    "999.1.1.1",
    "0x1F",
    "2023-11-14T22:11:40Z",
    "1699999900.5",
    "9ec79c33ec9942ab8353589fcb2e04dc",
    "a\nb",
    "latest",
    "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
    "application/json",
    "a=b; c=d",
    "application/x-www-form-urlencoded",
    "Microsoft Windows 10.0.16299",
    ".NET Framework 4.8",
    "never",
    "auto",
    "4111111111111111",
    "-----BEGIN PRIVATE KEY-----",
    "//a:b@c",
    "Bearer x",
    "...",
    "\u{2026}",
    "true",
    "[Filtered]",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(TEXTS).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => (select(TEXTS), 0..12_000_usize).prop_map(|(text, length)| {
            text.chars().chain(['x']).cycle().take(length).collect()
        }),
        1 => (0..300_usize).prop_map(|length| "\u{4f60}".repeat(length)),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![12 => select(NAMES).prop_map(str::to_owned), 1 => text()]
}

fn value() -> impl Strategy<Value = Json<'static>> {
    let number = prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(1.5), Just(-3e300), Just(1_699_999_900.25)];
    let leaf = prop_oneof![
        1 => Just(Json::Null),
        1 => any::<bool>().prop_map(Json::Bool),
        1 => prop_oneof![any::<i64>(), 0..100_i64].prop_map(Json::Int),
        1 => number.prop_map(Json::Float),
        4 => text().prop_map(Json::text),
    ];
    leaf.prop_recursive(6, 120, 12, |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..12).prop_map(Json::Array),
            1 => (inner.clone(), 0..400_usize).prop_map(|(item, count)| Json::Array(vec![item; count.min(260)])),
            4 => object(inner).prop_map(Json::Object),
        ]
    })
}

fn object(value: impl Strategy<Value = Json<'static>>) -> impl Strategy<Value = Object<'static>> {
    vec((key(), value), 0..12)
        .prop_map(|members| members.into_iter().map(|(key, value)| (Cow::Owned(key), value)).collect())
}

/// Attributes in the places where the steps expect them, filled with anything.
fn shaped() -> impl Strategy<Value = Object<'static>> {
    let wrap = |outer: &'static str, inner: &'static str, value: Json<'static>| {
        let mut object = Object::new();
        object.push(inner, value);
        (Cow::Borrowed(outer), Json::Object(object))
    };
    let place = select(&[
        ("exception", "values"),
        ("breadcrumbs", "values"),
        ("threads", "values"),
        ("stacktrace", "frames"),
        ("request", "headers"),
        ("request", "data"),
        ("contexts", "os"),
        ("contexts", "trace"),
        ("user", "data"),
        ("logentry", "params"),
        ("extra", "a"),
        ("debug_meta", "images"),
    ]);
    let shaped = (place, vec(value(), 1..6), value()).prop_map(move |((outer, inner), items, single)| match inner {
        "values" | "frames" | "images" | "headers" => wrap(outer, inner, Json::Array(items)),
        _ => wrap(outer, inner, single),
    });
    (object(value()), vec(shaped, 0..4))
        .prop_map(|(object, shaped)| object.into_members().into_iter().chain(shaped).collect())
}

fn receipt(drift: i64) -> Receipt {
    let received_at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    Receipt {
        event_id: Uuid::from_u128(7),
        received_at,
        client_ip: Some([203, 0, 113, 9].into()),
        client: "raven-python/6.9.0".to_owned(),
        user_agent: String::new(),
        sent_at: (drift != 0).then(|| received_at + TimeDelta::seconds(drift)),
    }
}

fn sorted(event: &Object<'_>) -> String {
    let mut members = event.clone().into_members();
    members.sort_by(|a, b| a.0.cmp(&b.0));
    Json::Object(members.into_iter().collect()).to_string()
}

fn count(value: Option<&Json<'_>>, key: &str) -> usize {
    value.and_then(|value| value.get(key)).and_then(Json::as_array).map_or(0, <[_]>::len)
}

fn characters(value: Option<&Json<'_>>, key: &str) -> usize {
    value.and_then(|value| value.get(key)).map_or(0, |value| value.to_string().chars().count())
}

fn assert_limits(event: &Object<'_>) {
    let event = &Json::Object(event.clone());
    assert!(count(Some(event), "tags") <= 200);
    for tag in event.get("tags").and_then(Json::as_array).unwrap() {
        let pair = tag.as_array().unwrap();
        assert!(pair.iter().all(|text| (1..=200).contains(&text.as_str().unwrap().chars().count())), "{tag}");
    }
    assert!(count(Some(event), "errors") <= 100);
    assert!(count(event.get("breadcrumbs"), "values") <= 200);
    assert!(count(event.get("exception"), "values") <= 50);
    assert!(count(event.get("stacktrace"), "frames") <= 250);
    // Texts are bounded before quotation and escapes, which at most make six of one.
    assert!(characters(event.get("logentry"), "formatted") <= 6 * 8192 + 2);
    assert!(characters(event.get("request"), "data") <= 6 * 16_384);
    assert!(characters(event.get("request"), "headers") <= 6 * 8192);
    assert!(characters(Some(event), "extra") <= 6 * 262_144);
    assert!(characters(Some(event), "modules") <= 6 * 16_384);
    let frames = event.get("stacktrace").and_then(|stacktrace| stacktrace.get("frames")).and_then(Json::as_array);
    for frame in frames.unwrap_or_default() {
        assert!(characters(Some(frame), "vars") <= 6 * 4096);
        assert!(characters(Some(frame), "filename") <= 6 * 256 + 2);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_event_is_normalised_within_the_limits(event in shaped(), drift in select(&[0_i64, 7200, -10_000_000])) {
        let receipt = receipt(drift);
        let mut once = event;
        normalize(&mut once, &receipt);
        assert_limits(&once);
        assert_eq!(check(&Json::Object(once.clone()).to_vec()), Ok(()));
        let mut twice = once.clone();
        normalize(&mut twice, &receipt);
        assert_eq!(sorted(&once), sorted(&twice));
        scrub(&mut once, &ProjectSettings::default());
        let scrubbed = sorted(&once);
        scrub(&mut once, &ProjectSettings::default());
        assert_eq!(scrubbed, sorted(&once));
    }
}

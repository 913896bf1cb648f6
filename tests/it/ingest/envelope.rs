//! Envelopes: what is queued, what is written, what is dropped.

use std::fmt::Write as _;

use picket::types::entry_kind::EntryKind;
use serde_json::json;

use super::EVENT_ID;
use crate::support::TestApp;
use crate::support::gzip;

const OTHER_ID: &str = "0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn an_event_is_queued_with_its_headers() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let body = format!(
        "{{\"event_id\":\"{EVENT_ID}\",\"sent_at\":\"2026-01-01T00:00:00.5Z\"}}\n{{\"type\":\"event\",\"length\":15}}\n{{\"message\":\"a\"}}\n"
    );
    assert_eq!(sdk.envelope(body.clone()).await.json()["id"], EVENT_ID);
    let request = sdk.request("envelope").header("content-encoding", "gzip").body(gzip(body.as_bytes()));
    assert_eq!(sdk.send(request).await.status, 200);
    let queued = app.queued().await;
    // What came packed is queued as it came; of what came plain, only the event.
    assert_eq!((queued[0].facts.kind, queued[0].body.as_slice()), (EntryKind::Store, &b"{\"message\":\"a\"}"[..]));
    assert_eq!((queued[1].facts.kind, queued[1].body.as_slice()), (EntryKind::Envelope, body.as_bytes()));
    for entry in &queued {
        assert_eq!(entry.facts.event_id.simple().to_string(), EVENT_ID);
        assert_eq!(entry.facts.sent_at.unwrap().timestamp_millis(), 1_767_225_600_500);
    }
}

#[tokio::test]
async fn ids_come_from_header_payload_or_us() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let payload = json!({ "event_id": OTHER_ID });
    for (header, expected) in [(json!({ "event_id": EVENT_ID }), EVENT_ID), (json!({}), OTHER_ID)] {
        let answer = sdk.envelope(format!("{header}\n{{\"type\":\"event\"}}\n{payload}")).await;
        assert_eq!(answer.json()["id"], expected);
    }
    let answer = sdk.envelope("{}\n{\"type\":\"event\"}\n{}").await;
    assert_eq!(answer.json()["id"].as_str().unwrap().len(), 32);
    let ids: Vec<String> = app.queued().await.iter().map(|e| e.facts.event_id.simple().to_string()).collect();
    assert_eq!(ids, [EVENT_ID, OTHER_ID, answer.json()["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn every_content_type_is_taken() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    for content_type in [
        "application/x-sentry-envelope",
        "text/plain;charset=UTF-8",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json",
    ] {
        let request = sdk.request("envelope").header("content-type", content_type);
        assert_eq!(sdk.send(request.body("{}\n{\"type\":\"event\"}\n{}")).await.status, 200, "{content_type}");
    }
}

#[tokio::test]
async fn tunnels_carry_the_dsn_in_the_envelope() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let event = "{\"type\":\"event\"}\n{}";
    let with = |dsn: &str| format!("{}\n{event}", json!({ "dsn": dsn }));
    let dsn = sdk.dsn();
    let other_project = format!("{}/4711", dsn.rsplit_once('/').unwrap().0);
    let other_key = dsn.replace(&sdk.key.public_key, OTHER_ID);
    let path = sdk.path("envelope");
    for (path, auth, body, status) in [
        (&*path, false, with(&dsn), 200),
        ("/api/envelope/", false, with(&dsn), 200),
        (&path, true, with(&dsn), 200),
        (&path, true, with("nonsense"), 200),
        (&path, true, with(&other_key), 400),
        (&path, true, with(&other_project), 400),
        (&path, false, with(&other_project), 400),
        (&path, false, with(&other_key), 401),
        (&path, false, with("nonsense"), 401),
        (&path, false, format!("{{}}\n{event}"), 401),
    ] {
        let mut request = sdk.client.request("POST", path);
        if auth {
            request = request.header("x-sentry-auth", sdk.auth());
        }
        let answer = sdk.send(request.body(body.clone())).await;
        assert_eq!(answer.status, status, "{path} {auth} {body}");
    }
    assert_eq!(app.queued().await.len(), 4);
}

#[tokio::test]
async fn items_go_their_own_ways() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let report = json!({ "event_id": OTHER_ID, "name": "Ann", "email": "ann@a.test", "comments": "it broke" });
    let feedback =
        json!({ "contexts": { "feedback": { "message": "slow", "contact_email": "bob@a.test", "name": "Bob" } } });
    let client_report = json!({ "discarded_events": [
        { "reason": "sample_rate", "category": "error", "quantity": 5 },
        { "reason": "made up", "category": "log_byte", "quantity": 7 },
    ] });
    let mut body = format!("{{\"event_id\":\"{EVENT_ID}\"}}\n");
    for (kind, payload) in [
        ("session", "{}".to_owned()),
        ("event", "{\"message\":\"first\"}".to_owned()),
        ("event", "{\"message\":\"second\"}".to_owned()),
        ("user_report", report.to_string()),
        ("feedback", feedback.to_string()),
        ("user_report", "not json".to_owned()),
        ("client_report", client_report.to_string()),
        ("client_report", "not json".to_owned()),
        ("transaction", "{}".to_owned()),
        ("replay_recording", "a\nb".to_owned()),
        ("log", "{}".to_owned()),
        ("check_in", "{}".to_owned()),
        ("holodeck", String::new()),
    ] {
        let count = if kind == "log" { 3 } else { 1 };
        let header = json!({ "type": kind, "length": payload.len(), "item_count": count });
        writeln!(body, "{header}\n{payload}").unwrap();
    }
    let answer = sdk.envelope(body).await;
    assert_eq!((answer.status, answer.json()["id"].as_str()), (200, Some(EVENT_ID)));
    assert_eq!(app.only_queued().await.json()["message"], "first");

    let reports = "SELECT replace(event_id::text, '-', ''), name, email, comments FROM user_reports ORDER BY id";
    let rows: Vec<(String, String, String, String)> = sqlx::query_as(reports).fetch_all(&app.app.db).await.unwrap();
    let text = |texts: [&str; 4]| texts.map(str::to_owned).into();
    assert_eq!(
        rows,
        [text([OTHER_ID, "Ann", "ann@a.test", "it broke"]), text([EVENT_ID, "Bob", "bob@a.test", "slow"])]
    );
    let project = sdk.project_id().0;
    let row = |outcome: &str, reason: &str, category: &str, n| {
        (project, outcome.to_owned(), reason.to_owned(), category.to_owned(), n)
    };
    assert_eq!(
        app.outcomes().await,
        [
            row("accepted", "", "feedback", 2),
            row("accepted", "", "session", 1),
            row("accepted", "", "transaction", 1),
            row("client_discard", "other", "log_item", 7),
            row("client_discard", "sample_rate", "error", 5),
            row("filtered", "second_event", "error", 1),
            row("filtered", "unknown_item", "unknown", 1),
            row("filtered", "unsupported", "log_item", 3),
            row("filtered", "unsupported", "monitor", 1),
            row("filtered", "unsupported", "replay", 1),
            row("invalid", "json", "feedback", 1),
        ]
    );
}

#[tokio::test]
async fn envelopes_without_events_are_fine() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    for (body, expected) in [
        ("{}".to_owned(), "{}".to_owned()),
        ("{}\n{\"type\":\"session\"}\n{}".to_owned(), "{}".to_owned()),
        ("{}\n{\"type\":\"holodeck\",\"length\":4}\na\nbc\n".to_owned(), "{}".to_owned()),
        (format!("{{\"event_id\":\"{EVENT_ID}\"}}\n"), format!("{{\"id\":\"{EVENT_ID}\"}}")),
    ] {
        let answer = sdk.envelope(body.clone()).await;
        assert_eq!((answer.status, answer.body), (200, expected), "{body}");
    }
    assert!(app.queued().await.is_empty());
}

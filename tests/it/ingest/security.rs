//! Reports of browsers.

use picket::types::entry_kind::EntryKind;
use serde_json::{Value, json};

use super::Queued;
use crate::support::TestApp;

#[tokio::test]
async fn reports_of_the_vectors_are_queued() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let file: Value = serde_json::from_str(include_str!("../../fixtures/vectors/security_reports.json")).unwrap();
    let mut expected = Vec::new();
    for case in file["cases"].as_array().unwrap() {
        let path = format!("{}?sentry_key={}", sdk.path("security"), sdk.key.public_key);
        let request = sdk.client.request("POST", &path).header("content-type", case["content_type"].as_str().unwrap());
        let answer = sdk.send(request.body(case["body"].to_string())).await;
        let status = case["expect"]["status"].as_u64().unwrap_or(200);
        assert_eq!(u64::from(answer.status), status, "{} {}", case["id"], answer.body);
        if status == 200 {
            assert_eq!(answer.body, "", "{}", case["id"]);
            expected.push(case["body"].clone());
        }
    }
    let queued = app.queued().await;
    assert!(queued.iter().all(|entry| entry.facts.kind == EntryKind::Security));
    assert_eq!(queued.iter().map(Queued::json).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn addresses_and_lists_add_to_reports() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let key = &sdk.key.public_key;
    let body = json!([
        { "type": "csp-violation", "body": { "documentURL": "https://a.test/", "blockedURL": "inline" } },
        { "type": "deprecation", "body": {} },
        { "type": "csp-violation", "body": { "documentURL": "https://b.test/" } },
    ]);
    let path =
        format!("/api/{}/csp-report/?sentry_key={key}&sentry_release=1.0&sentry_environment=live", sdk.project_id());
    let request = sdk.client.request("POST", &path).header("content-type", "application/reports+json");
    assert_eq!(sdk.send(request.body(body.to_string())).await.status, 200);
    let queued = app.queued().await;
    assert_eq!(queued.len(), 2);
    assert_eq!(
        queued[0].json(),
        json!({ "csp-report": { "document-uri": "https://a.test/", "blocked-uri": "inline" },
            "sentry_release": "1.0", "sentry_environment": "live" })
    );
}

#[tokio::test]
async fn bad_reports_are_refused() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let settings = r#"{"allowed_domains":["shop.test"]}"#;
    sqlx::query("UPDATE projects SET settings = $1::jsonb").bind(settings).execute(&app.app.db).await.unwrap();
    let report = |uri: &str| json!({ "csp-report": { "document-uri": uri } }).to_string();
    for (content_type, body, status, error) in [
        ("application/csp-report", report("https://shop.test/a"), 200, ""),
        ("text/plain", report("https://shop.test/a"), 200, ""),
        ("application/csp-report", report("https://evil.test/a"), 403, "Invalid origin: https://evil.test/a"),
        ("application/csp-report", report("about:blank"), 403, "Invalid origin: about:blank"),
        ("application/csp-report", "{}".to_owned(), 400, "Invalid security report"),
        ("application/csp-report", "{".to_owned(), 400, ""),
        ("application/csp-report", String::new(), 400, "No JSON data was found"),
        ("image/png", report("https://shop.test/a"), 415, "Invalid Content-Type"),
    ] {
        let request = sdk.request("security").header("content-type", content_type).body(body.clone());
        let answer = sdk.send(request).await;
        assert_eq!(answer.status, status, "{body}");
        if !error.is_empty() {
            assert_eq!(answer.header("x-sentry-error"), error, "{body}");
        }
    }
    assert_eq!(app.queued().await.len(), 2);
}

#[tokio::test]
async fn network_reports_and_check_ins_are_only_counted() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    assert_eq!(sdk.send(sdk.request("nel").body("[]")).await.status, 200);
    let path = format!("/api/{}/cron/nightly/{}/?status=ok", sdk.project_id(), sdk.key.public_key);
    assert_eq!(sdk.client.get(&path).await.status, 202);
    assert_eq!(sdk.client.get(&path.replace(&sdk.key.public_key, "abc")).await.status, 401);
    assert!(app.queued().await.is_empty());
    let categories: Vec<_> = app.outcomes().await.into_iter().map(|row| (row.1, row.2, row.3)).collect();
    let row =
        |outcome: &str, reason: &str, category: &str| (outcome.to_owned(), reason.to_owned(), category.to_owned());
    assert_eq!(
        categories,
        [
            row("filtered", "unsupported", "monitor"),
            row("filtered", "unsupported", "security"),
            row("invalid", "auth", "monitor")
        ]
    );
}

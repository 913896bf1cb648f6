//! Every refusal of ingest.md 2.8 and 6: status, body, headers.

use serde_json::Value;

use super::Sdk;
use crate::support::TestApp;

const OTHER_KEY: &str = "a94a8fe5ccb19ba61c4c0873d391e987";

#[tokio::test]
async fn refusals_say_why() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let (id, key) = (sdk.project_id().0, sdk.key.public_key.clone());
    let other = id + 1;
    for (method, path, body, status, error) in [
        ("POST", format!("/api/{id}/store/"), "{}", 401, "Unable to find authentication information"),
        ("POST", format!("/api/{id}/store/?sentry_key=xyz"), "{}", 401, "Invalid api key"),
        ("POST", format!("/api/{id}/store/?sentry_key={OTHER_KEY}"), "{}", 401, "Invalid api key"),
        (
            "POST",
            format!("/api/{id}/store/?sentry_key={key}&sentry_version=8"),
            "{}",
            400,
            "Client using unsupported server protocol version (8)",
        ),
        ("POST", format!("/api/x/store/?sentry_key={key}"), "{}", 400, "Invalid project_id"),
        ("POST", format!("/api/{other}/store/?sentry_key={key}"), "{}", 400, "Two different projects were specified"),
        ("POST", format!("/api/{id}/store/?sentry_key={key}"), "", 400, "No JSON data was found"),
        (
            "POST",
            format!("/api/{id}/store/?sentry_key={key}"),
            "{\"a\":",
            400,
            "Bad data reconstructing object (unexpected end at byte 5)",
        ),
        (
            "POST",
            format!("/api/{id}/store/?sentry_key={key}"),
            "[1]",
            400,
            "Bad data decoding request (neither JSON nor base64)",
        ),
        ("PUT", format!("/api/{id}/store/"), "{}", 405, "the method is not allowed here"),
        ("GET", format!("/api/{id}/envelope/"), "", 405, "the method is not allowed here"),
    ] {
        assert_refused(&sdk, (method, &path, body), status, error).await;
    }
    assert!(app.queued().await.is_empty());
}

#[tokio::test]
async fn envelopes_and_files_say_why_too() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let (id, key) = (sdk.project_id().0, sdk.key.public_key.clone());
    for (method, path, body, status, error) in [
        (
            "POST",
            format!("/api/{id}/envelope/?sentry_key={key}"),
            "",
            400,
            "invalid event envelope: empty request body",
        ),
        (
            "POST",
            format!("/api/{id}/envelope/?sentry_key={key}"),
            "no",
            400,
            "invalid event envelope: invalid envelope header",
        ),
        (
            "POST",
            format!("/api/{id}/envelope/?sentry_key={key}"),
            "{\"event_id\":\"zzz\"}",
            400,
            "invalid event envelope: invalid event id",
        ),
        ("POST", format!("/api/{id}/events/zzz/attachments/?sentry_key={key}"), "", 400, "invalid event id"),
        ("POST", format!("/api/{id}/minidump/?sentry_key={key}"), "MDMP", 501, "native crash dumps are not supported"),
        ("POST", format!("/api/{id}/unreal/{key}/"), "x", 501, "native crash dumps are not supported"),
    ] {
        assert_refused(&sdk, (method, &path, body), status, error).await;
    }
    assert!(app.queued().await.is_empty());
}

async fn assert_refused(sdk: &Sdk, (method, path, body): (&str, &str, &'static str), status: u16, error: &str) {
    let answer = sdk.send(sdk.client.request(method, path).body(body)).await;
    assert_eq!(answer.status, status, "{path} {}", answer.body);
    assert_eq!(answer.header("x-sentry-error"), error, "{path}");
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
    // The picture's answer has no body.
    if !path.contains("store") || method == "POST" {
        let body = answer.json();
        assert_eq!((&body["detail"], &body["error"]), (&Value::from(error), &Value::from(error)), "{path}");
    }
}

#[tokio::test]
async fn methods_are_listed() {
    let app = TestApp::spawn().await;
    let client = app.anonymous();
    let answer = client.send(client.request("DELETE", "/api/1/store/")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET, POST, HEAD, OPTIONS"));
    let answer = client.send(client.request("GET", "/api/1/envelope/")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST, OPTIONS"));
}

#[tokio::test]
async fn unknown_endpoints_are_not_found() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    for path in [sdk.path("cspviolation"), "/api/1/".to_owned()] {
        let answer = sdk.send(sdk.client.request("POST", &path).body("{}")).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test]
async fn keys_and_projects_may_be_off() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    assert_eq!(sdk.store("{}").await.status, 200);

    sqlx::query("UPDATE project_keys SET is_active = FALSE").execute(&app.app.db).await.unwrap();
    assert_eq!(sdk.store("{}").await.status, 200, "known keys are believed for a minute");
    app.app.clock.advance(chrono::TimeDelta::seconds(61));
    let answer = sdk.store("{}").await;
    assert_eq!((answer.status, answer.header("x-sentry-error")), (401, "API key is disabled"));

    sqlx::query("UPDATE project_keys SET is_active = TRUE").execute(&app.app.db).await.unwrap();
    sqlx::query("UPDATE projects SET status = 'pending_deletion'").execute(&app.app.db).await.unwrap();
    app.app.clock.advance(chrono::TimeDelta::seconds(61));
    assert_eq!(sdk.store("{}").await.status, 403);

    sqlx::query("DELETE FROM project_keys").execute(&app.app.db).await.unwrap();
    app.app.clock.advance(chrono::TimeDelta::seconds(61));
    assert_eq!(sdk.store("{}").await.status, 401);
}

#[tokio::test]
async fn known_keys_outlive_postgresql() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    assert_eq!(sdk.store("{}").await.status, 200);
    app.app.db.close().await;
    app.app.clock.advance(chrono::TimeDelta::seconds(600));
    assert_eq!(sdk.store("{}").await.status, 200);
    let unknown = sdk.client.request("POST", &format!("/api/store/?sentry_key={OTHER_KEY}")).body("{}");
    let answer = sdk.send(unknown).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "10"));
}

#[tokio::test]
async fn sizes_are_limited() {
    let app = TestApp::spawn_with(|config| {
        config.ingest.max_event_bytes = 2000;
        config.ingest.max_body_bytes = 6000;
        config.ingest.max_envelope_bytes = 5000;
    })
    .await;
    let sdk = app.sdk().await;
    let event = |length: usize| format!("{{\"m\":\"{}\"}}", "x".repeat(length));
    assert_eq!(sdk.store(event(1900)).await.status, 200);
    assert_eq!(sdk.store(event(2000)).await.status, 413);
    assert_eq!(sdk.store(event(7000)).await.status, 413);
    let packed =
        sdk.request("store").header("content-encoding", "gzip").body(crate::support::gzip(event(3000).as_bytes()));
    assert_eq!(sdk.send(packed).await.status, 413);
    let chunks = futures_util::stream::iter((0..20).map(|_| Ok::<_, std::io::Error>("x".repeat(500))));
    assert_eq!(sdk.store(reqwest::Body::wrap_stream(chunks)).await.status, 413);
    let envelope = |length| format!("{{}}\n{{\"type\":\"event\"}}\n{}", event(length));
    assert_eq!(sdk.envelope(envelope(1900)).await.status, 200);
    let answer = sdk.envelope(envelope(2100)).await;
    assert_eq!((answer.status, answer.header("x-sentry-error")), (413, "event exceeded the size limit of 2000 bytes"));
    assert_eq!(sdk.envelope(envelope(5100)).await.status, 413);
    assert_eq!(app.queued().await.len(), 2);
}

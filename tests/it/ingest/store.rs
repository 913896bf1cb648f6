//! `/store/`: every encoding, every place for credentials, the picture.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use picket::types::entry_kind::EntryKind;
use serde_json::{Value, json};

use super::EVENT_ID;
use crate::support::TestApp;
use crate::support::gzip;

#[tokio::test]
async fn an_event_is_in_the_stream_when_200_is_answered() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let body = json!({ "event_id": EVENT_ID.to_uppercase(), "message": "boom" }).to_string();
    let request = sdk.request("store").header("user-agent", "agent/2").body(body.clone());
    let answer = sdk.send(request).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, &*format!("{{\"id\":\"{EVENT_ID}\"}}")));
    assert_eq!(answer.header("content-type"), "application/json");

    let queued = app.only_queued().await;
    assert_eq!(queued.body, body.as_bytes());
    let facts = queued.facts;
    assert_eq!(facts.kind, EntryKind::Store);
    assert_eq!((facts.project_id, facts.key_id), (sdk.project_id(), sdk.key.id));
    assert_eq!(facts.event_id.simple().to_string(), EVENT_ID);
    assert_eq!((facts.client.as_str(), facts.user_agent.as_str()), ("test/1.0", "agent/2"));
    assert_eq!(facts.client_ip.unwrap().to_string(), "127.0.0.1");
}

#[tokio::test]
async fn every_encoding_of_the_vectors_is_taken() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let file: Value = serde_json::from_str(include_str!("../../fixtures/vectors/store_bodies.json")).unwrap();
    let mut expected = 0;
    for case in file["cases"].as_array().unwrap() {
        let mut request = sdk.request("store").body(STANDARD.decode(case["body_base64"].as_str().unwrap()).unwrap());
        if let Some(encoding) = case["content_encoding"].as_str() {
            request = request.header("content-encoding", encoding);
        }
        let answer = sdk.send(request).await;
        let status = case["expect"]["status"].as_u64().unwrap_or(200);
        assert_eq!(u64::from(answer.status), status, "{} {}", case["id"], answer.body);
        if status == 200 {
            expected += 1;
            assert_eq!(answer.json()["id"], case["expect"]["event_id"], "{}", case["id"]);
        }
    }
    assert_eq!(app.queued().await.len(), expected);
}

#[tokio::test]
async fn bodies_are_queued_compressed() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let body = json!({ "message": "x".repeat(5000) }).to_string();
    assert_eq!(sdk.store(body.clone()).await.status, 200);
    let request = sdk.request("store").header("content-encoding", "gzip").body(gzip(body.as_bytes()));
    assert_eq!(sdk.send(request).await.status, 200);
    let queued = app.queued().await;
    assert_eq!(queued.iter().map(|entry| entry.facts.encoding.as_str()).collect::<Vec<_>>(), ["zstd", "gzip"]);
    assert!(queued.iter().all(|entry| entry.body == body.as_bytes()));
}

#[tokio::test]
async fn ids_are_made_up_where_none_is_usable() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    for id in [Value::Null, json!("zzz"), json!(5), json!("00000000000000000000000000000000")] {
        let answer = sdk.store(json!({ "event_id": id }).to_string()).await;
        assert_eq!(answer.status, 200, "{id}");
        let given = answer.json()["id"].as_str().unwrap().to_owned();
        assert_eq!((given.len(), given.as_bytes()[12]), (32, b'4'), "{id}");
    }
    let answer = sdk.store(r#"{"event_id":"9ec79c33-ec99-42ab-8353-589fcb2e04dc"}"#).await;
    assert_eq!(answer.json()["id"], EVENT_ID);
}

#[tokio::test]
async fn paths_and_credentials_come_in_every_form() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let (id, key) = (sdk.project_id(), &sdk.key.public_key);
    for path in [
        format!("/api/{id}/store/?sentry_key={key}&sentry_version=7"),
        format!("/api/{id}/store?sentry_key={key}"),
        format!("//api/{id}//store/?sentry_key={key}"),
        format!("/api/store/?sentry_key={key}"),
        format!("/api/{id}/envelope/?sentry_key={key}"),
        format!("/api/envelope/?sentry_key={key}"),
    ] {
        let body = if path.contains("envelope") { "{}\n{\"type\":\"event\"}\n{}" } else { "{}" };
        let answer = sdk.send(sdk.client.request("POST", &path).body(body)).await;
        assert_eq!(answer.status, 200, "{path} {}", answer.body);
    }
    let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
    for authorization in [format!("Sentry sentry_key={key}"), basic] {
        let request = sdk.client.request("POST", &sdk.path("store")).header("authorization", authorization);
        assert_eq!(sdk.send(request.body("{}")).await.status, 200);
    }
    assert_eq!(app.queued().await.len(), 8);
}

#[tokio::test]
async fn the_url_prefix_may_have_a_path() {
    let app = TestApp::spawn_with(|config| config.system.url_prefix.push_str("/errors")).await;
    let sdk = app.sdk().await;
    for path in ["/errors", ""] {
        let path = format!("{path}{}", sdk.path("store"));
        let request = sdk.client.request("POST", &path).header("x-sentry-auth", sdk.auth()).body("{}");
        assert_eq!(sdk.send(request).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn old_browsers_load_a_picture() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let event = format!(r#"{{"event_id":"{EVENT_ID}","message":"a+b c"}}"#);
    for data in [event.clone(), STANDARD.encode(&event)] {
        let data: String = url::form_urlencoded::byte_serialize(data.as_bytes()).collect();
        let path = format!("{}?sentry_key={}&sentry_data={data}", sdk.path("store"), sdk.key.public_key);
        let response = sdk.client.request("GET", &path).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "image/gif");
        assert_eq!(response.headers()["x-sentry-id"], EVENT_ID);
        assert_eq!(response.bytes().await.unwrap().len(), 26);
    }
    assert!(app.queued().await.iter().all(|entry| entry.facts.event_id.simple().to_string() == EVENT_ID));
    let failed = sdk.client.get(&format!("{}?sentry_key=abc", sdk.path("store"))).await;
    assert_eq!((failed.status, failed.body.as_str()), (401, ""));
    assert_eq!(failed.header("x-sentry-error"), "Invalid api key");
}

#[tokio::test]
async fn an_envelope_may_come_to_store() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let body = format!("{{\"event_id\":\"{EVENT_ID}\"}}\n{{\"type\":\"event\"}}\n{{}}");
    let request = sdk.request("store").header("content-type", "application/x-sentry-envelope").body(body);
    assert_eq!(sdk.send(request).await.json()["id"], EVENT_ID);
    let form = sdk.request("store").header("content-type", "multipart/form-data; boundary=x").body("--x--");
    assert_eq!(sdk.send(form).await.status, 501);
}

//! Files: in envelopes with and without their event, and as forms.

use serde_json::json;

use super::EVENT_ID;
use crate::support::TestApp;

fn envelope(items: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = format!("{{\"event_id\":\"{EVENT_ID}\"}}\n").into_bytes();
    for (kind, payload) in items {
        let header = json!({ "type": kind, "length": payload.len(), "filename": "a.bin", "content_type": "image/png" });
        body.extend_from_slice(format!("{header}\n").as_bytes());
        body.extend_from_slice(payload);
        body.push(b'\n');
    }
    body
}

async fn stored(app: &TestApp, key: &str) -> Vec<u8> {
    app.app.blobs.get(key).await.expect("a stored file").to_vec()
}

#[tokio::test]
async fn files_of_an_event_are_stored_before_it_is_queued() {
    let app = TestApp::spawn_with(|config| config.ingest.max_attachment_bytes = 100).await;
    let sdk = app.sdk().await;
    let content = b"\x00binary\n\xff\n";
    let body = envelope(&[("attachment", content), ("event", b"{\"a\":1}"), ("attachment", &[b'x'; 101])]);
    assert_eq!(sdk.envelope(body).await.status, 200);

    let entry = app.only_queued().await;
    assert_eq!(entry.body, b"{\"a\":1}");
    let [file] = entry.facts.attachments.as_slice() else { panic!("one file is kept, one is too large") };
    assert_eq!((file.name.as_str(), file.content_type.as_str(), file.size), ("a.bin", "image/png", 10));
    assert_eq!(file.kind, "event.attachment");
    assert_eq!(stored(&app, &file.blob).await, content);
    let outcomes = app.outcomes().await;
    let project = sdk.project_id().0;
    let attachment =
        |outcome: &str, reason: &str| (project, outcome.to_owned(), reason.to_owned(), "attachment".to_owned(), 1);
    assert_eq!(outcomes, [attachment("accepted", ""), attachment("invalid", "too_large")]);
}

#[tokio::test]
async fn files_may_come_without_their_event() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    assert_eq!(sdk.envelope(envelope(&[("attachment", b"one")])).await.status, 200);

    let part = reqwest::multipart::Part::bytes(&b"two\r\n--"[..]).file_name("b.txt").mime_str("text/plain").unwrap();
    let form = reqwest::multipart::Form::new().text("comment", "no file").part("upload", part);
    let request = sdk.request(&format!("events/{EVENT_ID}/attachments")).multipart(form);
    assert_eq!(sdk.send(request).await.status, 201);

    let query = "SELECT name, content_type, kind, size, blob FROM attachments ORDER BY id";
    let rows: Vec<(String, String, String, i64, String)> = sqlx::query_as(query).fetch_all(&app.app.db).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].0.as_str(), rows[0].3), ("a.bin", 3));
    assert_eq!((rows[1].0.as_str(), rows[1].1.as_str(), rows[1].3), ("b.txt", "text/plain", 7));
    assert_eq!(stored(&app, &rows[1].4).await, b"two\r\n--");
    assert!(app.queued().await.is_empty());

    let broken = sdk.request(&format!("events/{EVENT_ID}/attachments")).header("content-type", "multipart/form-data");
    let answer = sdk.send(broken.body("x")).await;
    assert_eq!((answer.status, answer.header("x-sentry-error")), (400, "invalid multipart data"));
}

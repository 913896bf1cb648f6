//! Events as large as raised limits allow: what is answered with 200 becomes an event, however well it packs.

use picket::worker;

use super::Sdk;
use super::hostile::random;
use crate::support::TestApp;
use crate::support::gzip;

const LARGE: usize = 16 << 20;

async fn with_raised_limits() -> TestApp {
    TestApp::spawn_with(|config| {
        let limits = &mut config.ingest;
        (limits.max_event_bytes, limits.max_body_bytes, limits.max_envelope_bytes) = (50 << 20, 50 << 20, 50 << 20);
    })
    .await
}

/// An event with so much in one value that it would be megabytes whatever else it holds.
fn event(name: &str, filler: &str) -> String {
    format!(r#"{{"message":"{name}","fingerprint":["{name}"],"extra":{{"filler":"{filler}"}}}}"#)
}

fn envelope(event: &str) -> String {
    format!("{{}}\n{{\"type\":\"event\",\"length\":{}}}\n{event}\n", event.len())
}

/// Sends a body and answers the id of its event.
async fn send(sdk: &Sdk, endpoint: &str, encoding: &str, body: Vec<u8>) -> String {
    let answer = sdk.send(sdk.request(endpoint).header("content-encoding", encoding).body(body)).await;
    assert_eq!(answer.status, 200, "{endpoint} {encoding} {}", answer.body);
    answer.json()["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn large_events_are_taken_and_saved() {
    let app = with_raised_limits().await;
    let sdk = app.sdk().await;
    let varied = event("varied", &random(LARGE).replace('\\', "/"));
    // Packs several thousandfold, which a worker would take for a bomb.
    let monotonous = event("monotonous", &" ".repeat(LARGE));
    let ids = [
        send(&sdk, "store", "", varied.clone().into()).await,
        send(&sdk, "store", "", monotonous.clone().into()).await,
        send(&sdk, "store", "gzip", gzip(varied.as_bytes())).await,
        send(&sdk, "envelope", "", envelope(&varied).into()).await,
        send(&sdk, "envelope", "", envelope(&monotonous).into()).await,
        send(&sdk, "envelope", "gzip", gzip(envelope(&varied).as_bytes())).await,
    ];
    worker::drain(&app.app).await.expect("both stores are running");

    assert_eq!(app.app.redis.count_dead_events().await.unwrap(), 0);
    for id in ids {
        let stored = "SELECT title FROM events JOIN issues ON issues.id = issue_id WHERE event_id = $1::uuid";
        let title: Option<String> = sqlx::query_scalar(stored).bind(&id).fetch_optional(&app.app.db).await.unwrap();
        assert!(title.is_some(), "{id} is not stored");
    }
    let seen = "SELECT title, times_seen FROM issues ORDER BY title";
    let seen: Vec<(String, i64)> = sqlx::query_as(seen).fetch_all(&app.app.db).await.unwrap();
    assert_eq!(seen, [("monotonous".to_owned(), 2), ("varied".to_owned(), 4)]);
    let refused = "SELECT count(*) FROM outcomes WHERE outcome <> 'accepted'";
    assert_eq!(sqlx::query_scalar::<_, i64>(refused).fetch_one(&app.app.db).await.unwrap(), 0);
}

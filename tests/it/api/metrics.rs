use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{TestApp, eventually};

async fn scrape(url: &str) -> Option<String> {
    reqwest::get(url).await.ok()?.error_for_status().ok()?.text().await.ok()
}

#[tokio::test]
async fn counters_are_served_on_an_address_of_their_own() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    app.app.tasks.spawn(picket::web::metrics::serve(app.app.clone(), address));
    let url = format!("http://{address}/_metrics");
    eventually("metrics are served", || scrape(&url)).await;

    app.report(&project, &json!({"message": "counted"})).await;
    let text = scrape(&url).await.expect("metrics");
    for expected in [
        "picket_queue_length 0",
        "picket_queue_age_seconds 0",
        "picket_ingest_answers_total{status=\"200\"}",
        "picket_ingest_seconds_bucket",
        "picket_batch_events_bucket",
        "picket_events_stored_total",
    ] {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
    let public = app.anonymous().get("/_metrics/").await;
    assert!(public.status != 200 && !public.body.contains("picket_"), "not where events come: {}", public.body);
}

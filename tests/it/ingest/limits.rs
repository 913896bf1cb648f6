//! Rate limits, the full queue, stores that are away.

use picket::protocol::rate_limits;

use super::Sdk;
use crate::support::{Answer, TestApp};

async fn limit_key(app: &TestApp, count: i32, window: i32) {
    let query = "UPDATE project_keys SET rate_limit_count = $1, rate_limit_window = $2";
    sqlx::query(query).bind(count).bind(window).execute(&app.app.db).await.expect("a key");
}

fn assert_limited(answer: &Answer, scope: &str, reason: &str) {
    assert_eq!(answer.status, 429, "{}", answer.body);
    assert_eq!(answer.json()["error_name"], "rate_limit");
    let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    let limits = rate_limits::parse(answer.header("x-sentry-rate-limits"));
    assert_eq!(limits.len(), 1);
    assert_eq!((limits[0].scope, limits[0].reason), (Some(scope), Some(reason)));
    assert_eq!((limits[0].categories.as_slice(), limits[0].seconds), (&["error", "default", "security"][..], seconds));
}

async fn send(sdk: &Sdk, count: usize) {
    for _ in 0..count {
        assert_eq!(sdk.store("{}").await.status, 200);
    }
}

#[tokio::test]
async fn a_key_has_its_quota() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    limit_key(&app, 3, 60).await;
    send(&sdk, 2).await;
    assert_eq!(sdk.store("broken").await.status, 400, "what is refused takes nothing");
    send(&sdk, 1).await;
    assert_limited(&sdk.store("{}").await, "key", "key_quota");
    assert_limited(&sdk.store("broken").await, "key", "key_quota");
    assert_eq!(app.queued().await.len(), 3);
    app.app.clock.advance(chrono::TimeDelta::seconds(60));
    send(&sdk, 3).await;
    let project = sdk.project_id().0;
    let row = |outcome: &str, reason: &str, n| (project, outcome.to_owned(), reason.to_owned(), "error".to_owned(), n);
    // An hour may have ended between them.
    let mut outcomes = app.outcomes().await;
    outcomes.dedup_by(|b, a| {
        if a.2 == b.2 {
            a.4 += b.4;
            true
        } else {
            false
        }
    });
    assert_eq!(outcomes, [row("invalid", "encoding", 1), row("rate_limited", "key_quota", 2)]);
}

#[tokio::test]
async fn projects_and_installations_have_theirs() {
    for (settings, rate_limit, scope, reason) in [
        (r#"{"rate_limit_per_minute":2}"#, 0, "project", "project_quota"),
        ("{}", 2, "organization", "installation_quota"),
    ] {
        let app = TestApp::spawn_with(move |config| config.system.rate_limit = rate_limit).await;
        let sdk = app.sdk().await;
        sqlx::query("UPDATE projects SET settings = $1::jsonb").bind(settings).execute(&app.app.db).await.unwrap();
        send(&sdk, 2).await;
        assert_limited(&sdk.store("{}").await, scope, reason);
    }
}

#[tokio::test]
async fn the_rest_of_a_limited_envelope_is_taken() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    limit_key(&app, 1, 60).await;
    send(&sdk, 1).await;
    let body = "{}\n{\"type\":\"event\"}\n{}\n{\"type\":\"attachment\",\"length\":2}\nab\n{\"type\":\"session\"}\n{}";
    assert_limited(&sdk.envelope(body).await, "key", "key_quota");
    assert_eq!(sdk.envelope("{}\n{\"type\":\"session\"}\n{}").await.status, 200, "sessions are not limited");
    assert_eq!(app.queued().await.len(), 1);
    let outcomes: Vec<_> = app.outcomes().await.into_iter().map(|row| (row.1, row.3, row.4)).collect();
    let row = |outcome: &str, category: &str, n| (outcome.to_owned(), category.to_owned(), n);
    let expected =
        [row("accepted", "session", 2), row("rate_limited", "attachment", 1), row("rate_limited", "error", 1)];
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn a_full_queue_pushes_back() {
    let app = TestApp::spawn_with(|config| config.ingest.max_queue_length = 3).await;
    let sdk = app.sdk().await;
    send(&sdk, 3).await;
    for endpoint in ["store", "envelope"] {
        let answer = sdk.send(sdk.request(endpoint).body("{}")).await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, "10"));
        assert_eq!(answer.header("x-sentry-rate-limits"), "10::organization:queue_full");
    }
    let stream = app.app.redis.event_stream();
    let mut redis = app.app.redis.connection.clone();
    let _: () = redis::AsyncCommands::del(&mut redis, stream).await.unwrap();
    let accepted = crate::support::eventually("room in the queue", || async {
        Some(sdk.store("{}").await).filter(|answer| answer.status == 200)
    });
    accepted.await;
}

#[tokio::test]
async fn a_stream_that_cannot_be_written_is_a_503_at_once() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    let mut redis = app.app.redis.connection.clone();
    // XADD to a key of another type fails as it does when Redis is out of memory or read-only.
    let _: () = redis::AsyncCommands::set(&mut redis, app.app.redis.event_stream(), "x").await.unwrap();
    let answer = sdk.store("{}").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "10"));
    assert_eq!(app.outcomes().await[0].2, "unavailable");
}

//! A worker that dies between its commit and the acknowledgement: nothing is counted twice, and nothing is left out.

use std::time::Duration;

use chrono::TimeDelta;
use picket::app::App;
use picket::config::LiveConfig;
use picket::services::events::{Batch, Refused, Saver, list_dead, replay_dead};
use picket::store::jobs;
use picket::types::stream_id::StreamId;
use picket::volatile::Volatile;
use picket::volatile::event_stream::EventReader;
use picket::{cron, worker};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{DISCARD, Stage, event};
use crate::support::{eventually, stores};

/// Outcomes as `outcome reason quantity`, sorted.
async fn outcomes(stage: &Stage) -> Vec<String> {
    let query = "SELECT concat_ws(' ', outcome, NULLIF(reason, ''), sum(quantity)) FROM outcomes
        WHERE category = 'error' GROUP BY outcome, reason ORDER BY 1";
    sqlx::query_scalar(query).fetch_all(stage.db()).await.unwrap()
}

/// The program with the same stores, stopped by itself. `may_acknowledge`: without the right to, each of its batches ends
/// as if it were killed right after the commit.
async fn another(stage: &Stage, may_acknowledge: bool) -> App {
    let app = &stage.test.app;
    let stream = app.redis.event_stream();
    let prefix = stream.strip_suffix("events").unwrap();
    let user = if may_acknowledge { "all" } else { "unlucky" };
    let mut acl = redis::cmd("ACL");
    acl.arg(&["SETUSER", user, "on", "nopass", "~*", "&*", "+@all"]);
    if !may_acknowledge {
        acl.arg("-xack");
    }
    let () = acl.query_async(&mut app.redis.connection.clone()).await.unwrap();
    let url = format!("{}?user={user}&pass=x", stores::redis_url());
    let mut config = (*app.config).clone();
    config.worker.takeover_after = Duration::from_millis(100);
    let redis = Volatile::connect(&url, prefix).await.unwrap();
    App::new(LiveConfig::fixed(config), app.db.clone(), redis, app.clock.clone()).expect("a folder for files")
}

/// How often the entries in the hands of workers were delivered, at least; 0 when there is none.
async fn deliveries(stage: &Stage) -> u64 {
    let redis = &stage.test.app.redis;
    let mut command = redis::cmd("XPENDING");
    command.arg(redis.event_stream()).arg("workers").arg("-").arg("+").arg(1000);
    let pending: Vec<(String, String, u64, u64)> =
        command.query_async(&mut redis.connection.clone()).await.unwrap_or_default();
    pending.into_iter().map(|(_, _, _, deliveries)| deliveries).min().unwrap_or(0)
}

/// Lets a worker save everything and die before it acknowledges any of it.
async fn crash(stage: &Stage) {
    let app = another(stage, false).await;
    let before = deliveries(stage).await;
    let stop = async {
        eventually("the delivery", || async { (deliveries(stage).await > before).then_some(()) }).await;
        // What is in hand is finished, as far as the commit.
        app.shutdown.cancel();
    };
    tokio::join!(worker::run(app.clone()), stop).0.unwrap();
    assert!(deliveries(stage).await > before);
}

/// Lets a worker take over and finish.
async fn recover(stage: &Stage) {
    let app = another(stage, true).await;
    let redis = &stage.test.app.redis;
    let stop = async {
        eventually("an empty stream", || async { (redis.queue_length().await.unwrap() == 0).then_some(()) }).await;
        app.shutdown.cancel();
    };
    tokio::join!(worker::run(app.clone()), stop).0.unwrap();
    assert_eq!(redis.count_dead_events().await.unwrap(), 0);
}

/// Sends one of everything that can become of an event.
async fn send_all(stage: &Stage) {
    let client = stage.test.anonymous();
    let path = format!("/api/{}/store/?sentry_key={}", stage.project.project.id, stage.project.key.public_key);
    let id = Uuid::new_v4().simple().to_string();
    let with_id = |event: Value| {
        let mut event = event;
        event["event_id"] = json!(id);
        event
    };
    for event in [
        json!({ "message": "noise 1" }),
        json!({ "message": "noise 2" }),
        event("KeyError", "1"),
        with_id(event("KeyError", "2")),
        with_id(event("KeyError", "3")),
        event("Discarded", "1"),
    ] {
        assert_eq!(client.post_json(&path, &event).await.status, 200);
    }
    stage.queue_body(Uuid::new_v4(), "{\"message\":".into()).await;
}

/// A stage with a filter and a discarded issue.
async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.execute(r#"UPDATE projects SET settings = '{"filters":{"error_messages":["noise*"]}}'"#).await;
    stage.send(&event("Discarded", "1")).await;
    stage.execute(DISCARD).await;
    stage.execute("DELETE FROM outcomes").await;
    stage
}

const EXPECTED: [&str; 5] = [
    "accepted 2",
    "filtered discarded-hash 1",
    "filtered error-message 2",
    "invalid duplicate 1",
    "invalid invalid_json 1",
];

#[tokio::test]
async fn a_crash_after_the_commit_counts_nothing_twice() {
    let stage = stage().await;
    send_all(&stage).await;
    crash(&stage).await;
    assert_eq!(outcomes(&stage).await, EXPECTED);
    crash(&stage).await;
    assert_eq!(outcomes(&stage).await, EXPECTED);
    // Had they come anew, they would be accepted now.
    stage.execute("UPDATE projects SET settings = '{}'").await;
    recover(&stage).await;
    assert_eq!(outcomes(&stage).await, EXPECTED);
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 3);
}

#[tokio::test]
async fn a_crash_before_the_commit_leaves_nothing_out() {
    let stage = stage().await;
    send_all(&stage).await;
    let mut dead = EventReader::join(&stage.test.app.redis, "dead").await.unwrap();
    assert_eq!(dead.read(50, None).await.unwrap().len(), 7);
    recover(&stage).await;
    assert_eq!(outcomes(&stage).await, EXPECTED);
}

#[tokio::test]
async fn what_was_accepted_is_not_filtered_when_it_comes_again() {
    let stage = Stage::new().await;
    stage.queue(Uuid::new_v4(), &json!({ "message": "noise" })).await;
    crash(&stage).await;
    stage.execute(r#"UPDATE projects SET settings = '{"filters":{"error_messages":["noise*"]}}'"#).await;
    recover(&stage).await;
    assert_eq!(outcomes(&stage).await, ["accepted 1"]);
}

#[tokio::test]
async fn two_workers_with_the_same_entry_count_it_once() {
    let stage = Stage::new().await;
    let refused = |sequence, is_redelivered| Refused {
        entry: StreamId { milliseconds: 1_795_000_000_000, sequence },
        project_id: stage.project.project.id,
        key_id: stage.project.key.id,
        event_id: Uuid::new_v4(),
        received_at: stage.now(),
        outcome: ("filtered", "localhost"),
        category: "error",
        is_redelivered,
    };
    let slow = Batch { events: Vec::new(), refused: (0..50).map(|entry| refused(entry, false)).collect() };
    let heir = Batch { events: Vec::new(), refused: (0..50).rev().map(|entry| refused(entry, true)).collect() };
    let saver = Saver::new(stage.db().clone());
    let other = Saver::new(stage.db().clone());
    let now = stage.now();
    tokio::try_join!(saver.save(&slow, now), other.save(&heir, now)).unwrap();
    assert_eq!(outcomes(&stage).await, ["filtered localhost 50"]);
}

#[tokio::test]
async fn an_event_put_aside_is_replayed_once() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    stage.execute(r#"UPDATE projects SET settings = '{"filters":{"error_messages":["noise*"]}}'"#).await;
    stage.queue(Uuid::new_v4(), &json!({ "message": "noise" })).await;
    let mut reader = EventReader::join(&app.redis, "one").await.unwrap();
    let entry = reader.read(1, None).await.unwrap().remove(0);
    tokio::try_join!(app.redis.bury(&entry.stream_id, "why"), app.redis.bury(&entry.stream_id, "why")).unwrap();
    let dead = list_dead(app, None, 10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].reason.as_str(), dead[0].facts.as_ref().unwrap()), ("why", &entry.facts));

    let (one, two) = tokio::join!(replay_dead(app, &dead[0].id), replay_dead(app, &dead[0].id));
    assert_eq!([one.unwrap(), two.unwrap()].iter().filter(|is_replayed| **is_replayed).count(), 1);
    crash(&stage).await;
    recover(&stage).await;
    assert_eq!(outcomes(&stage).await, ["filtered error-message 1"]);
}

#[tokio::test]
async fn entries_are_forgotten_when_they_have_left_the_stream() {
    let stage = stage().await;
    send_all(&stage).await;
    crash(&stage).await;
    let remembered = "SELECT count(*) FROM settled_entries";
    assert_eq!(stage.number(remembered).await, 5, "accepted events are recognised by their ids");
    stage.test.app.clock.advance(TimeDelta::hours(2));
    forget(&stage).await;
    assert_eq!(stage.number(remembered).await, 5, "the entries may still come again");
    recover(&stage).await;
    assert_eq!(outcomes(&stage).await, EXPECTED);
    stage.test.app.clock.advance(TimeDelta::hours(2));
    forget(&stage).await;
    assert_eq!(stage.number(remembered).await, 0);
}

/// Runs the timed jobs.
async fn forget(stage: &Stage) {
    let mut connection = stage.db().acquire().await.unwrap();
    cron::promise_due(&mut connection, &stage.test.app.clock).await.unwrap();
    worker::drain(&stage.test.app).await.unwrap();
    let failed = jobs::count_by_state(stage.db()).await.unwrap();
    assert!(failed.iter().all(|count| count.state == "done"), "{failed:?}");
}

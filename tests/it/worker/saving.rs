use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::{DISCARD, Stage, event};

#[tokio::test]
async fn a_batch_becomes_issues_events_and_counters() {
    let stage = Stage::new().await;
    for (error, user) in [("KeyError", "1"), ("KeyError", "2"), ("ValueError", "1"), ("KeyError", "1")] {
        stage.queue(Uuid::new_v4(), &event(error, user)).await;
    }
    stage.work().await;
    stage.send(&event("KeyError", "3")).await;

    stage.assert_consistent().await;
    assert_eq!(stage.number("SELECT count(*) FROM issues").await, 2);
    assert_eq!(stage.number("SELECT times_seen FROM issues WHERE short_id = 1").await, 4);
    assert_eq!(stage.number("SELECT users_seen FROM issues WHERE short_id = 1").await, 3);
    assert_eq!(stage.number("SELECT issue_counter FROM projects").await, 2);
    assert_eq!(stage.number("SELECT count(*) FROM projects WHERE first_event_at IS NOT NULL").await, 1);
    assert_eq!(stage.number("SELECT count(*) FROM project_keys WHERE last_used_at IS NOT NULL").await, 1);
    assert_eq!(stage.number("SELECT new_issues FROM release_projects").await, 2);
    assert_eq!(stage.text("SELECT name FROM environments").await, "production");
    let tag = "SELECT sum(times_seen)::bigint FROM issue_tags JOIN tag_values ON tag_values.id = tag_value_id
        WHERE key = 'queue' AND value = 'mail'";
    assert_eq!(stage.number(tag).await, 5);
    assert_eq!(stage.test.app.redis.queue_length().await.unwrap(), 0);
}

#[tokio::test]
async fn hours_and_environments_of_releases_are_counted_once() {
    let stage = Stage::new().await;
    let (mut staging, mut without) = (event("KeyError", "1"), event("KeyError", "2"));
    staging["environment"] = json!("staging");
    without["release"] = json!(null);
    let id = Uuid::new_v4();
    for (id, event) in [
        (id, event("KeyError", "1")),
        (id, event("KeyError", "1")),
        (Uuid::new_v4(), staging),
        (Uuid::new_v4(), without),
    ] {
        stage.queue(id, &event).await;
    }
    stage.work().await;
    stage.test.app.clock.advance(TimeDelta::hours(1));
    stage.send(&event("ValueError", "1")).await;

    stage.assert_consistent().await;
    let hours = "SELECT string_agg(coalesce(version, '-') || '=' || events, ' ' ORDER BY hour, release_id)
        FROM release_hours LEFT JOIN releases ON releases.id = release_id";
    assert_eq!(stage.text(hours).await, "-=1 shop@1.0.0=2 shop@1.0.0=1");
    let environments =
        "SELECT string_agg(environment || '=' || (last_event_at > first_event_at), ' ' ORDER BY environment)
        FROM release_environments";
    assert_eq!(stage.text(environments).await, "production=true staging=false");
    let package = "SELECT package FROM releases WHERE version_key <> ''";
    assert_eq!(stage.text(package).await, "shop");
}

#[tokio::test]
async fn an_event_id_counts_once_in_a_batch_later_and_days_apart() {
    let stage = Stage::new().await;
    let id = Uuid::new_v4();
    stage.queue(id, &event("KeyError", "1")).await;
    stage.queue(id, &event("KeyError", "1")).await;
    stage.work().await;
    stage.queue(id, &event("KeyError", "2")).await;
    stage.work().await;
    stage.test.app.clock.advance(TimeDelta::days(15));
    stage.queue(id, &event("KeyError", "3")).await;
    stage.work().await;

    stage.assert_consistent().await;
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 1);
    assert_eq!(stage.number("SELECT times_seen FROM issues").await, 1);
    let repeated = "SELECT sum(quantity)::bigint FROM outcomes WHERE outcome = 'invalid' AND reason = 'duplicate'";
    assert_eq!(stage.number(repeated).await, 3);
}

#[tokio::test]
async fn what_cannot_be_an_event_has_an_outcome() {
    let stage = Stage::new().await;
    stage.queue_body(Uuid::new_v4(), "{\"message\":".into()).await;
    stage.queue(Uuid::new_v4(), &event("KeyError", "1")).await;
    stage.work().await;
    stage.assert_consistent().await;
    let invalid = "SELECT quantity FROM outcomes WHERE outcome = 'invalid' AND reason = 'invalid_json'";
    assert_eq!(stage.number(invalid).await, 1);
    assert_eq!(stage.test.app.redis.queue_length().await.unwrap(), 0);
}

#[tokio::test]
async fn the_newest_event_describes_the_issue() {
    let stage = Stage::new().await;
    stage.send(&event("KeyError", "1")).await;
    let mut later = event("KeyError", "1");
    later["exception"]["values"][0]["value"] = json!("it broke again");
    later["level"] = json!("fatal");
    stage.send(&later).await;
    stage.assert_consistent().await;
    assert_eq!(stage.text("SELECT title FROM issues").await, "KeyError: it broke again");
    assert_eq!(stage.text("SELECT level FROM issues").await, "fatal");
    assert_eq!(stage.text("SELECT metadata->>'value' FROM issues").await, "it broke again");
}

#[tokio::test]
async fn nul_characters_do_not_fail_a_batch() {
    let stage = Stage::new().await;
    let nul = "a\u{0}b";
    let mut hostile = event("KeyError", nul);
    hostile["tags"] = json!({ "queue": nul });
    hostile["environment"] = json!(nul);
    hostile["release"] = json!(nul);
    hostile["exception"]["values"][0]["value"] = json!(nul);
    stage.send(&hostile).await;
    stage.send(&json!({ "message": nul, "logger": nul, "transaction": nul, "platform": nul })).await;
    stage.assert_consistent().await;
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 2);
}

#[tokio::test]
async fn events_of_a_tombstone_are_thrown_away() {
    let stage = Stage::new().await;
    stage.send(&event("KeyError", "1")).await;
    stage.execute(DISCARD).await;
    stage.send(&event("KeyError", "1")).await;
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 1);
    let discarded = "SELECT quantity FROM outcomes WHERE outcome = 'filtered' AND reason = 'discarded-hash'";
    assert_eq!(stage.number(discarded).await, 1);
    assert_eq!(stage.number("SELECT hits FROM issue_tombstones").await, 1);
}

#[tokio::test]
async fn a_report_that_came_first_is_linked() {
    let stage = Stage::new().await;
    let id = Uuid::new_v4();
    sqlx::query(
        "INSERT INTO user_reports (project_id, event_id, created_at) SELECT id, $1, now() FROM projects LIMIT 1",
    )
    .bind(id)
    .execute(stage.db())
    .await
    .unwrap();
    stage.queue(id, &event("KeyError", "1")).await;
    stage.work().await;
    assert_eq!(stage.number("SELECT count(*) FROM user_reports WHERE issue_id IS NOT NULL").await, 1);
}

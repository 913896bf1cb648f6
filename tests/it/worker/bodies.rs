//! Bodies are packed against earlier ones of their issue, and come back as they were.

use chrono::TimeDelta;
use picket::services::retention::{Scope, clean_up};
use picket::store::events;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Stage, event};

const REFERENCES: &str = "SELECT count(*) FROM body_references";
const REFERRING: &str = "SELECT count(*) FROM event_bodies WHERE reference_id IS NOT NULL";

/// An event of an issue, most of which is the same in all events of the issue.
fn large(error: &str, number: usize) -> Value {
    let mut event = event(error, &number.to_string());
    event["exception"]["values"][0]["stacktrace"]["frames"] = frames(error, 20, 40);
    event["extra"] = json!({ "number": number });
    event
}

/// Frames with lines of source that no other error has.
fn frames(error: &str, count: usize, width: usize) -> Value {
    // Nothing repeats within a body.
    let line = |frame: usize, line: usize| {
        let number = ((frame * 100 + line) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{error} {:016x}{:0width$}", number, number >> 32)
    };
    let lines = |frame: usize, from: usize| (from..from + 5).map(|number| line(frame, number)).collect::<Vec<_>>();
    let frame = |frame: usize| {
        json!({
            "function": format!("step_{frame}"), "module": "app", "filename": "app.py", "lineno": frame, "in_app": true,
            "pre_context": lines(frame, 0), "context_line": line(frame, 5), "post_context": lines(frame, 6),
        })
    };
    (0..count).map(frame).collect()
}

impl Stage {
    async fn queue_large(&self, error: &str, numbers: std::ops::Range<usize>) -> Vec<(Uuid, usize)> {
        let ids: Vec<(Uuid, usize)> = numbers.map(|number| (Uuid::new_v4(), number)).collect();
        for (id, number) in &ids {
            self.queue(*id, &large(error, *number)).await;
        }
        ids
    }

    async fn assert_readable(&self, error: &str, ids: &[(Uuid, usize)]) {
        for (id, number) in ids {
            let row = events::find(self.db(), self.project.project.id, *id).await.unwrap().expect("a stored event");
            let body: Value = serde_json::from_slice(&row.json().unwrap()).unwrap();
            assert_eq!(body["extra"]["number"], json!(number));
            let sent = frames(error, 20, 40);
            let stored = &body["exception"]["values"][0]["stacktrace"]["frames"];
            for frame in 0..20 {
                assert_eq!(stored[frame]["post_context"], sent[frame]["post_context"]);
            }
        }
    }
}

#[tokio::test]
async fn the_third_body_of_an_issue_serves_those_that_follow() {
    let stage = Stage::new().await;
    let mut keys = stage.queue_large("KeyError", 0..6).await;
    let values = stage.queue_large("ValueError", 0..2).await;
    stage.work().await;
    assert_eq!(stage.number(REFERENCES).await, 1, "two events of an issue do not pay for a reference");
    assert_eq!(stage.number(REFERRING).await, 6, "those before it in the batch too");
    // Another worker finds the reference in the database.
    keys.extend(stage.queue_large("KeyError", 6..8).await);
    stage.work().await;
    assert_eq!((stage.number(REFERENCES).await, stage.number(REFERRING).await), (1, 8));

    stage.assert_readable("KeyError", &keys).await;
    stage.assert_readable("ValueError", &values).await;
    let largest = "SELECT max(octet_length(body))::bigint FROM event_bodies WHERE reference_id IS NOT NULL";
    let smallest = "SELECT min(octet_length(body))::bigint FROM event_bodies WHERE reference_id IS NULL";
    let (largest, smallest) = (stage.number(largest).await, stage.number(smallest).await);
    assert!(largest * 3 < smallest, "{largest} and {smallest} bytes");
    stage.assert_consistent().await;
}

#[tokio::test]
async fn large_bodies_stand_alone() {
    let stage = Stage::new().await;
    for _ in 0..4 {
        let mut event = event("KeyError", "1");
        event["exception"]["values"][0]["stacktrace"]["frames"] = frames("KeyError", 40, 200);
        stage.queue(Uuid::new_v4(), &event).await;
    }
    stage.work().await;
    assert!(stage.number("SELECT min(size)::bigint FROM events").await > 64 << 10);
    assert_eq!((stage.number(REFERENCES).await, stage.number(REFERRING).await), (0, 0));
}

#[tokio::test]
async fn references_go_after_the_events_that_need_them() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    stage.queue_large("KeyError", 0..4).await;
    stage.work().await;
    app.clock.advance(TimeDelta::days(40));
    let kept = stage.queue_large("KeyError", 4..8).await;
    stage.work().await;
    assert_eq!(stage.number(REFERENCES).await, 2, "each week has its own");

    clean_up(app, Scope { days: 30, project_id: None }).await.unwrap();
    assert_eq!(stage.number(REFERENCES).await, 1);
    stage.assert_readable("KeyError", &kept).await;

    // With its issue the last one goes too.
    app.clock.advance(TimeDelta::days(1));
    clean_up(app, Scope { days: 0, project_id: Some(stage.project.project.id) }).await.unwrap();
    assert_eq!(stage.number("SELECT count(*) FROM issues").await, 0);
    assert_eq!(stage.number(REFERENCES).await, 0);
}

#[tokio::test]
async fn a_damaged_reference_holds_nothing_up() {
    let stage = Stage::new().await;
    stage.queue_large("KeyError", 0..4).await;
    stage.work().await;
    stage.execute("UPDATE body_references SET body = substr(body, 1, 20)").await;
    // Another worker, which has to read it.
    let alone = stage.queue_large("KeyError", 4..8).await;
    stage.work().await;
    assert_eq!(stage.test.app.redis.queue_length().await.unwrap(), 0);
    stage.assert_readable("KeyError", &alone).await;
    stage.assert_consistent().await;
}

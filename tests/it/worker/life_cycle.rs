use chrono::TimeDelta;

use super::{Stage, event};

const RESOLVE: &str = "UPDATE issues SET status = 'resolved', resolved_at = now()";

#[tokio::test]
async fn a_resolved_issue_comes_back() {
    let stage = Stage::new().await;
    stage.send(&event("KeyError", "1")).await;
    stage.execute(RESOLVE).await;
    stage.test.app.clock.advance(TimeDelta::minutes(1));
    stage.send(&event("KeyError", "1")).await;

    assert_eq!(stage.text("SELECT status FROM issues").await, "unresolved");
    assert_eq!(stage.number("SELECT count(*) FROM issues WHERE is_regressed").await, 1);
    let activity = "SELECT kind || ' ' || (data->>'version') FROM activities";
    assert_eq!(stage.text(activity).await, "set_regression shop@1.0.0");
}

#[tokio::test]
async fn an_older_release_does_not_bring_an_issue_back() {
    let stage = Stage::new().await;
    for release in ["shop@1.0.0", "shop@1.1.0", "shop@2.0.0"] {
        let mut event = event("KeyError", "1");
        event["release"] = release.into();
        stage.send(&event).await;
    }
    stage.execute(RESOLVE).await;
    stage
        .execute(
            "INSERT INTO issue_resolutions (issue_id, kind, release_id, created_at)
            SELECT issues.id, 'in_release', releases.id, now() FROM issues, releases WHERE version = 'shop@1.1.0'",
        )
        .await;
    stage.test.app.clock.advance(TimeDelta::minutes(1));
    stage.send(&event("KeyError", "1")).await;
    assert_eq!(stage.text("SELECT status FROM issues").await, "resolved");

    let mut newer = event("KeyError", "1");
    newer["release"] = "shop@2.0.0".into();
    stage.test.app.clock.advance(TimeDelta::minutes(1));
    stage.send(&newer).await;
    assert_eq!(stage.text("SELECT status FROM issues").await, "unresolved");
    assert_eq!(stage.number("SELECT count(*) FROM issue_resolutions").await, 0);
    stage.assert_consistent().await;
}

#[tokio::test]
async fn an_ignored_issue_stays_until_it_was_seen_often_enough() {
    let stage = Stage::new().await;
    stage.send(&event("KeyError", "1")).await;
    stage.execute("UPDATE issues SET status = 'ignored'").await;
    stage
        .execute(
            "INSERT INTO issue_snoozes (issue_id, count, times_seen, created_at) SELECT id, 2, 1, now() FROM issues",
        )
        .await;
    stage.send(&event("KeyError", "1")).await;
    assert_eq!(stage.text("SELECT status FROM issues").await, "ignored");
    stage.send(&event("KeyError", "1")).await;
    assert_eq!(stage.text("SELECT status FROM issues").await, "unresolved");
    assert_eq!(stage.text("SELECT kind FROM activities").await, "set_unresolved");
}

#[tokio::test]
async fn an_issue_pending_deletion_gets_no_more_events() {
    let stage = Stage::new().await;
    stage.send(&event("KeyError", "1")).await;
    stage.execute("UPDATE issues SET status = 'pending_deletion'").await;
    stage.send(&event("KeyError", "1")).await;
    assert_eq!(stage.number("SELECT count(*) FROM issues").await, 2);
    assert_eq!(
        stage
            .number("SELECT count(*) FROM events JOIN issues ON issues.id = issue_id WHERE status = 'unresolved'")
            .await,
        1
    );
}

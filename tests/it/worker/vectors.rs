//! The tables of regressions and snoozes, from the event stream to the status: what the pure decisions promise
//! holds when events come, releases have dates and counters are rows.

use chrono::TimeDelta;
use serde_json::Value;
use uuid::Uuid;

use super::{Stage, event};

fn cases(text: &str) -> Vec<Value> {
    let vectors: Value = serde_json::from_str(text).expect("the vectors");
    vectors["cases"].as_array().expect("cases").clone()
}

/// Makes the releases of a case. Without `semver` their names tell no version, so that dates decide.
async fn releases(stage: &Stage, case: &Value) {
    for release in case["releases"].as_array().expect("releases") {
        let days = release["date"].as_f64().expect("a date") / 1000.0;
        sqlx::query(
            "WITH new AS (
                INSERT INTO releases (organization_id, version, package, version_key, created_at)
                SELECT id, $1, '', '', now() - interval '1 year' + make_interval(secs => $2 * 86400) FROM organizations
                RETURNING id
            )
            INSERT INTO release_projects (release_id, project_id) SELECT new.id, projects.id FROM new, projects",
        )
        .bind(name(case, &release["version"]))
        .bind(days)
        .execute(stage.db())
        .await
        .expect("a release");
    }
}

fn name(case: &Value, version: &Value) -> Option<String> {
    let version = version.as_str()?;
    let is_semver = case["semver"] == true;
    Some(if is_semver { version.to_owned() } else { version.replace("app@", "build ").replace('.', "-") })
}

#[tokio::test]
async fn regressions_follow_the_table_end_to_end() {
    for case in cases(include_str!("../../fixtures/vectors/regressions.json")) {
        let stage = Stage::new().await;
        stage.queue(Uuid::new_v4(), &without_release()).await;
        stage.work().await;
        releases(&stage, &case).await;
        let group = &case["group"];
        let status = group["status"].as_str().expect("a status");
        sqlx::query("UPDATE issues SET status = $1").bind(status).execute(stage.db()).await.expect("a query");
        if let Some(kind) = group["resolution"]["type"].as_str() {
            sqlx::query(
                "INSERT INTO issue_resolutions (issue_id, kind, release_id, created_at)
                SELECT issues.id, $1, (SELECT id FROM releases WHERE version = $2), now() FROM issues",
            )
            .bind(kind)
            .bind(name(&case, &group["resolution"]["release"]))
            .execute(stage.db())
            .await
            .expect("a resolution");
        }
        stage.test.app.clock.advance(TimeDelta::minutes(1));
        let mut event = without_release();
        if let Some(version) = name(&case, &case["event_release"]) {
            event["release"] = version.into();
        }
        stage.send(&event).await;
        assert_eq!(stage.text("SELECT status FROM issues").await, case["expect"]["status"], "{}", case["id"]);
        let regressions = stage.number("SELECT count(*) FROM activities WHERE kind = 'set_regression'").await;
        assert_eq!(regressions == 1, case["expect"]["regression"] == true, "{}", case["id"]);
    }
}

fn without_release() -> Value {
    let mut event = event("KeyError", "1");
    event.as_object_mut().expect("an object").remove("release");
    event
}

#[tokio::test]
async fn snoozes_follow_the_table_end_to_end() {
    for case in cases(include_str!("../../fixtures/vectors/snoozes.json")) {
        let stage = Stage::new().await;
        stage.send(&event("KeyError", "first")).await;
        let number = |value: &Value| value.as_i64();
        let set = &case["snooze"];
        // The event that comes next is counted: before it, the counters stand one lower.
        let seen = number(&case["times_seen"]).unwrap_or(1) - 1;
        let users = number(&case["users_seen"]).unwrap_or(1) - 1;
        sqlx::query("UPDATE issues SET status = 'ignored', times_seen = $1, users_seen = $2")
            .bind(seen)
            .bind(users)
            .execute(stage.db())
            .await
            .expect("a query");
        sqlx::query(
            "INSERT INTO issue_snoozes (issue_id, until_at, count, window_minutes, user_count, user_window_minutes,
                times_seen, users_seen, created_at)
            SELECT id, $1, $2, $3, $4, $5, $6, $7, now() FROM issues",
        )
        .bind(number(&set["until_in_seconds"]).map(|seconds| stage.now() + TimeDelta::seconds(seconds)))
        .bind(number(&set["count"]))
        .bind(number(&set["window"]).map(|minutes| i32::try_from(minutes).expect("minutes")))
        .bind(number(&set["user_count"]))
        .bind(number(&set["user_window"]).map(|minutes| i32::try_from(minutes).expect("minutes")))
        .bind(number(&set["state"]["times_seen"]).unwrap_or(0))
        .bind(number(&set["state"]["users_seen"]).unwrap_or(0))
        .execute(stage.db())
        .await
        .expect("a snooze");
        // What the window has to hold, less the first event and the one that decides.
        let within = number(&case["events_in_window"]).or(number(&case["users_in_window"])).unwrap_or(2);
        for n in 2..within {
            stage.queue(Uuid::new_v4(), &event("KeyError", &format!("user {n}"))).await;
        }
        stage.queue(Uuid::new_v4(), &event("KeyError", "last")).await;
        stage.work().await;
        let expected = if case["expect_still_ignored"] == true { "ignored" } else { "unresolved" };
        assert_eq!(stage.text("SELECT status FROM issues").await, expected, "{}", case["id"]);
    }
}

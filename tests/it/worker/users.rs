//! What is kept of the users of events.

use chrono::TimeDelta;
use picket::services::retention::{Scope, clean_up};
use picket::store::issue_splits;
use picket::types::ids::IssueId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Stage, event};

/// Each user: what identifies him, and what else is known.
const USERS: &str = "
    SELECT coalesce(string_agg(concat_ws(' ', value, coalesce(username, '-'), coalesce(email, '-'), coalesce(ip, '-'),
        coalesce(name, '-')), ', ' ORDER BY value), '')
    FROM event_users JOIN tag_values ON tag_values.id = tag_value_id AND tag_values.project_id = event_users.project_id";

/// What the issue is noted to know of its users.
const KEYS: &str = "
    SELECT string_agg(key, ' ' ORDER BY key) FROM issues, UNNEST(tag_keys) AS key WHERE key LIKE 'user%'";

fn of(user: Value) -> Value {
    let mut event = event("KeyError", "");
    event["user"] = user;
    event
}

#[tokio::test]
async fn what_else_is_known_of_a_user_is_kept() {
    let stage = Stage::new().await;
    for user in [
        json!({"id": 1, "email": "ann@acme.test"}),
        json!({"id": 1, "username": "ann", "ip_address": "10.0.0.1"}),
        json!({"username": "bob", "name": "Bob", "ip_address": "10.0.0.2"}),
        json!({"ip_address": "10.0.0.3"}),
        json!({"id": 2}),
        json!({"email": "eve@acme.test", "name": "a\u{0}b"}),
        json!({"name": "Nobody"}),
    ] {
        stage.queue(Uuid::new_v4(), &of(user)).await;
    }
    stage.work().await;
    stage.assert_consistent().await;
    assert_eq!(
        stage.text(USERS).await,
        "email:eve@acme.test - - - a\u{fffd}b, id:1 ann ann@acme.test 10.0.0.1 -, username:bob - - 10.0.0.2 Bob"
    );
    assert_eq!(stage.text(KEYS).await, "user user.email user.id user.ip user.username");
    assert_eq!(stage.number("SELECT users_seen FROM issues").await, 5);
}

#[tokio::test]
async fn the_newest_names_hold_and_nothing_is_written_for_what_is_known() {
    let stage = Stage::new().await;
    stage.send(&of(json!({"id": 1, "email": "ann@acme.test", "ip_address": "10.0.0.1"}))).await;
    assert_eq!(stage.text(KEYS).await, "user user.email user.id user.ip");
    let version = "SELECT xmin::text FROM event_users";
    let before = stage.text(version).await;
    for known in [
        json!({"id": 1}),
        json!({"id": 1, "email": "ann@acme.test"}),
        json!({"id": 1, "email": "ann@acme.test", "ip_address": "10.0.0.9"}),
    ] {
        stage.send(&of(known)).await;
    }
    assert_eq!(stage.text(version).await, before, "the row was not written");
    stage.send(&of(json!({"id": 1, "email": "lee@acme.test", "name": "Ann Lee", "ip_address": "10.0.0.9"}))).await;
    stage.send(&of(json!({"id": 1}))).await;
    assert_eq!(stage.text(USERS).await, "id:1 - lee@acme.test 10.0.0.1 Ann Lee");
}

#[tokio::test]
async fn what_a_worker_remembers_is_what_is_stored() {
    let stage = Stage::with(|config| config.worker.batch_size = 1).await;
    for user in [
        json!({"id": 1, "email": "ann@acme.test", "ip_address": "10.0.0.1"}),
        json!({"id": 1}),
        json!({"id": 1, "email": "lee@acme.test", "ip_address": "10.0.0.2"}),
        json!({"id": 1, "name": "Ann Lee"}),
        json!({"id": 1, "email": "ann@acme.test"}),
    ] {
        stage.queue(Uuid::new_v4(), &of(user)).await;
    }
    stage.work().await;
    assert_eq!(stage.text(USERS).await, "id:1 - ann@acme.test 10.0.0.1 Ann Lee");
}

#[tokio::test]
async fn an_issue_knows_of_its_users_what_other_issues_told() {
    let stage = Stage::new().await;
    stage.send(&event("ValueError", "1")).await;
    stage.send(&of(json!({"id": 1, "email": "ann@acme.test"}))).await;
    stage.send(&event("TypeError", "1")).await;
    let keys = "SELECT string_agg('user.email' = ANY(tag_keys) || '', ' ' ORDER BY id) FROM issues";
    assert_eq!(stage.text(keys).await, "false true true");
    let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM issues ORDER BY id").fetch_all(stage.db()).await.unwrap();
    let all = "SELECT string_agg((SELECT string_agg(key, ' ' ORDER BY key) FROM UNNEST(tag_keys) AS key), ', '
        ORDER BY id) FROM issues WHERE id > (SELECT min(id) FROM issues)";
    let before = stage.text(all).await;
    let mut db = stage.db().acquire().await.unwrap();
    for id in ids {
        issue_splits::renew_tag_keys(&mut *db, IssueId(id)).await.unwrap();
    }
    assert_eq!(stage.text(all).await, before, "a recount notes the same");
    assert_eq!(stage.text(keys).await, "true true true");
}

#[tokio::test]
async fn users_go_with_their_issues() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    stage.send(&of(json!({"id": 1, "email": "ann@acme.test"}))).await;
    app.clock.advance(TimeDelta::days(40));
    let mut other = event("ValueError", "");
    other["user"] = json!({"id": 2, "email": "bob@acme.test"});
    stage.send(&other).await;
    clean_up(app, Scope { days: 30, project_id: None }).await.unwrap();
    assert_eq!(stage.text(USERS).await, "id:2 - bob@acme.test - -");
    assert_eq!(stage.number("SELECT count(*) FROM event_users").await, 1);
    // What workers remember of deleted users must not keep them away.
    stage.send(&of(json!({"id": 1, "email": "ann@acme.test"}))).await;
    assert_eq!(stage.text(USERS).await, "id:1 - ann@acme.test - -, id:2 - bob@acme.test - -");
}

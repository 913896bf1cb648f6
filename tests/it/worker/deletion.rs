//! A deleted project: gone for everyone at once, and its rows soon.
#![expect(clippy::disallowed_types, reason = "the tables come from the database itself")]

use std::collections::BTreeMap;

use chrono::TimeDelta;
use picket::store::jobs;
use picket::types::scope::Scope;
use picket::{cron, worker};
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::{DISCARD, Stage, event};
use crate::support::{Project, eventually};

/// Rows of a project in every table that has a column for it, where there are any.
async fn rows(stage: &Stage, project: &Project) -> BTreeMap<String, i64> {
    rows_with(stage, "project_id", project.project.id.0).await
}

async fn rows_with(stage: &Stage, column: &str, id: i64) -> BTreeMap<String, i64> {
    let tables = "SELECT table_name::text FROM information_schema.columns
        WHERE table_schema = current_schema AND column_name = $1 AND table_name !~ '^event(s|_bodies)_[0-9]'";
    let tables: Vec<String> = sqlx::query_scalar(tables).bind(column).fetch_all(stage.db()).await.unwrap();
    assert!(tables.len() > 10, "{tables:?}");
    let mut rows = BTreeMap::new();
    for table in tables {
        let count = AssertSqlSafe(format!("SELECT count(*) FROM {table} WHERE {column} = $1"));
        let count: i64 = sqlx::query_scalar(count).bind(id).fetch_one(stage.db()).await.unwrap();
        if count > 0 {
            rows.insert(table, count);
        }
    }
    rows
}

/// Sends two issues, a file and a report; has one hash discarded.
async fn fill(stage: &Stage, project: &Project) {
    let test = &stage.test;
    test.report(project, &event("KeyError", "1")).await;
    test.report(project, &event("Discarded", "1")).await;
    let id = test.report(project, &event("KeyError", "2")).await;
    let path = format!("/api/{}/envelope/?sentry_key={}", project.project.id, project.key.public_key);
    let report = json!({ "event_id": id, "name": "A", "email": "a@example.com", "comments": "it broke" });
    let envelope = format!(
        "{{\"event_id\":\"{id}\"}}\n{{\"type\":\"attachment\",\"length\":2,\"filename\":\"a\"}}\nab\n{{\"type\":\"user_report\"}}\n{report}\n"
    );
    let client = test.anonymous();
    assert_eq!(client.send(client.request("POST", &path).body(envelope)).await.status, 200);
    stage.execute(DISCARD).await;
}

const ORPHANS: [&str; 3] = [
    "SELECT count(*) FROM issue_tags WHERE issue_id NOT IN (SELECT id FROM issues)",
    "SELECT count(*) FROM issue_hours WHERE issue_id NOT IN (SELECT id FROM issues)",
    "SELECT count(*) FROM event_bodies WHERE event_id NOT IN (SELECT event_id FROM events)",
];

#[tokio::test]
async fn everything_of_a_deleted_project_goes_and_nothing_of_others() {
    let stage = Stage::new().await;
    let other = stage.test.project_named("other", "blog").await;
    fill(&stage, &stage.project).await;
    fill(&stage, &other).await;
    let counted = "SELECT count(*) FROM outcomes";
    eventually("what was taken is counted", async || (stage.number(counted).await == 6).then_some(())).await;
    let before = rows(&stage, &other).await;
    for table in ["events", "issues", "attachments", "user_reports", "tag_values", "issue_hashes", "release_hours"] {
        assert!(before.contains_key(table), "{table} {before:?}");
    }
    assert_eq!(rows(&stage, &stage.project).await.len(), before.len());

    let script = stage.test.script(&stage.project.owner, &[Scope::ProjectAdmin, Scope::ProjectRead]).await;
    assert_eq!(script.delete("/api/0/projects/acme/shop/").await.status, 204);
    assert_eq!(script.get("/api/0/projects/acme/shop/").await.status, 404);
    assert!(rows(&stage, &stage.project).await.contains_key("events"), "they go in the background");

    stage.work().await;
    assert!(rows(&stage, &stage.project).await.contains_key("events"), "it can be restored for an hour");
    stage.test.app.clock.advance(TimeDelta::minutes(61));
    // A worker takes the job, deletes a part and is killed.
    let dead = jobs::claim(stage.db(), stage.now(), TimeDelta::seconds(60)).await.unwrap().unwrap();
    assert_eq!(dead.kind, "delete_project");
    let one = "WITH gone AS (
            DELETE FROM events WHERE ctid IN (SELECT ctid FROM events ORDER BY project_id LIMIT 1) RETURNING event_id
        )
        DELETE FROM event_bodies WHERE event_id IN (SELECT event_id FROM gone)";
    stage.execute(one).await;
    stage.execute("UPDATE issues SET status = 'pending_deletion' WHERE id = (SELECT min(id) FROM issues)").await;
    stage.work().await;
    assert!(rows(&stage, &stage.project).await.contains_key("issues"), "the dead worker's lease runs");
    stage.test.app.clock.advance(TimeDelta::seconds(61));
    stage.work().await;

    assert_eq!(rows(&stage, &stage.project).await, BTreeMap::new());
    assert_eq!(stage.number("SELECT count(*) FROM projects").await, 1);
    assert_eq!(rows(&stage, &other).await, before);
    for orphans in ORPHANS {
        assert_eq!(stage.number(orphans).await, 0, "{orphans}");
    }
}

#[tokio::test]
async fn everything_of_a_deleted_organization_goes_and_nothing_of_others() {
    let stage = Stage::new().await;
    let other = stage.test.project_named("other", "blog").await;
    fill(&stage, &stage.project).await;
    fill(&stage, &other).await;
    let counted = "SELECT count(*) FROM outcomes";
    eventually("what was taken is counted", async || (stage.number(counted).await == 6).then_some(())).await;
    let script = stage.test.script(&other.owner, &Scope::ALL).await;
    let release = json!({"version": "2.0", "projects": ["blog"], "commits": [{"id": "a1", "repository": "shop"}]});
    assert_eq!(script.post_json("/api/0/organizations/other/releases/", &release).await.status, 201);
    assert_eq!(
        script.post_json("/api/0/organizations/other/searches/", &json!({"name": "s", "query": "a"})).await.status,
        201
    );
    let before = rows(&stage, &stage.project).await;
    let id = other.organization.id.0;
    let own = rows_with(&stage, "organization_id", id).await;
    for table in ["members", "projects", "releases", "repositories", "saved_searches", "teams"] {
        assert!(own.contains_key(table), "{table} {own:?}");
    }
    assert_eq!(script.delete("/api/0/organizations/other/").await.status, 202);
    stage.test.app.clock.advance(TimeDelta::hours(23));
    stage.work().await;
    assert!(rows(&stage, &other).await.contains_key("events"), "it can be restored for a day");
    // The organization's job waits for those of its projects.
    for _ in 0..4 {
        stage.test.app.clock.advance(TimeDelta::hours(1));
        stage.work().await;
    }
    assert_eq!(rows_with(&stage, "organization_id", id).await, BTreeMap::new());
    assert_eq!(rows(&stage, &other).await, BTreeMap::new());
    assert_eq!(stage.number("SELECT count(*) FROM organizations").await, 1);
    assert_eq!(rows(&stage, &stage.project).await, before);
    for orphans in ORPHANS {
        assert_eq!(stage.number(orphans).await, 0, "{orphans}");
    }
}

#[tokio::test]
async fn a_deletion_that_was_given_up_is_promised_again() {
    let stage = Stage::new().await;
    stage.send(&event("KeyError", "1")).await;
    stage.execute("UPDATE projects SET status = 'pending_deletion', slug = 'deleted ' || id").await;
    // Counted by a web server that had not heard of it yet, for a project that is gone by now.
    stage.execute(
        "INSERT INTO outcomes VALUES (4711, 1, now(), 'invalid', 'auth', 'error', 1), (0, 0, now(), 'invalid', 'auth', 'error', 1)",
    )
    .await;
    let mut connection = stage.db().acquire().await.unwrap();
    cron::promise_due(&mut connection, &stage.test.app.clock).await.unwrap();
    worker::drain(&stage.test.app).await.unwrap();
    assert_eq!(stage.number("SELECT count(*) FROM projects").await, 0);
    assert_eq!(stage.number("SELECT count(*) FROM events").await, 0);
    assert_eq!(stage.number("SELECT count(*) FROM outcomes").await, 1, "what belongs to nobody stays");
    assert_eq!(stage.number("SELECT count(*) FROM jobs WHERE kind = 'delete_project' AND state = 'done'").await, 1);
}

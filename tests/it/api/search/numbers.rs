//! What a filtered list shows is that of the filter.

use chrono::Duration;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use super::encoded;
use crate::support::{Client, Project, TestApp};

const LIST: &str = "/api/0/projects/acme/shop/issues/";

/// One issue: 6 events of 3 users in two environments and browsers, 2 to 8 hours ago.
async fn one_issue() -> (TestApp, Project, Client) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    for (hours, environment, user, browser) in [
        (8, "staging", "1", "Firefox"),
        (7, "production", "1", "Firefox"),
        (6, "production", "2", "Firefox"),
        (5, "production", "2", "Chrome"),
        (4, "staging", "3", "Chrome"),
        (2, "staging", "3", "Firefox"),
    ] {
        let at = app.app.clock.now() - Duration::hours(hours);
        let event = json!({"message": "boom", "fingerprint": ["boom"], "environment": environment, "user": {"id": user},
            "tags": {"browser": browser}, "timestamp": at.timestamp()});
        app.report(&project, &event).await;
    }
    let script = app.script(&project.owner, &Scope::ALL).await;
    (app, project, script)
}

/// Count, users, hours since it was first and last seen, events of the graph.
async fn numbers(app: &TestApp, script: &Client, parameters: &str) -> (String, i64, i64, i64, i64) {
    let answer = script.get(&format!("{LIST}?{parameters}")).await;
    assert_eq!(answer.status, 200, "{parameters}: {}", answer.body);
    let issue = answer.json()[0].clone();
    let hours = |key: &str| {
        let at: chrono::DateTime<chrono::Utc> = issue[key].as_str().unwrap().parse().unwrap();
        (app.app.clock.now() - at).num_hours()
    };
    let points = issue["stats"]["24h"].as_array().unwrap();
    let graph = points.iter().map(|point: &Value| point[1].as_i64().unwrap()).sum();
    let (first, last) = (hours("firstSeen"), hours("lastSeen"));
    (issue["count"].as_str().unwrap().to_owned(), issue["userCount"].as_i64().unwrap(), first, last, graph)
}

#[tokio::test]
async fn numbers_are_those_of_the_filter() {
    let (app, _, script) = one_issue().await;
    for (parameters, (count, users, first, last, graph)) in [
        ("query=".to_owned(), ("6", 3, 8, 2, 6)),
        ("query=&environment=production".to_owned(), ("3", 2, 7, 5, 3)),
        ("query=environment:staging".to_owned(), ("3", 2, 8, 2, 3)),
        ("query=&environment=production&environment=staging".to_owned(), ("6", 3, 8, 2, 6)),
        ("query=browser:Chrome".to_owned(), ("2", 2, 5, 4, 2)),
        ("query=browser:Fire*".to_owned(), ("4", 3, 8, 2, 4)),
        ("query=browser:Chrome&environment=production".to_owned(), ("1", 1, 5, 5, 1)),
        (format!("query={}", encoded("browser:Firefox user.id:3")), ("1", 1, 2, 2, 1)),
        (format!("query={}", encoded("browser:Firefox browser:Chrome")), ("6", 3, 8, 2, 6)),
        (format!("query={}", encoded("boom !browser:Opera")), ("6", 3, 8, 2, 6)),
    ] {
        let expected = (count.to_owned(), users, first, last, graph);
        assert_eq!(numbers(&app, &script, &parameters).await, expected, "{parameters}");
    }
}

#[tokio::test]
async fn numbers_beyond_the_bound_say_so() {
    let (app, project, script) = one_issue().await;
    // As if the oldest four events were expired: counters outlive them.
    sqlx::query("DELETE FROM events WHERE occurred_at < now() - interval '270 minutes'")
        .execute(&app.app.db)
        .await
        .unwrap();
    assert_eq!(numbers(&app, &script, "query=&environment=production").await, ("3".to_owned(), 0, 7, 5, 3));
    let browser = app.sign_in(&project.owner).await;
    let page = browser.get("/acme/shop/?query=&environment=production").await;
    assert!(page.body.contains(">3</span><span class=\"col\" title=\"At least 0:"), "{}", page.body);
    let page = browser.get("/acme/shop/?query=browser:Chrome&environment=staging").await;
    assert!(page.body.contains(">1+</span>"), "{}", page.body);
    let page = browser.get("/acme/shop/?query=&environment=").await;
    assert!(page.body.contains(">6</span>"), "{}", page.body);
}

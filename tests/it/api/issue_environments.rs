//! An issue in one environment, as Sentry 8.22 told it (web-api.md 9.3).

use picket::types::scope::Scope;
use serde_json::{Value, json};

use super::keys_of;
use crate::support::TestApp;

fn sum(points: &Value) -> i64 {
    points.as_array().expect("points").iter().map(|point| point[1].as_i64().expect("a count")).sum()
}

#[tokio::test]
async fn an_issue_is_told_by_environment() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let now = app.app.clock.now().timestamp();
    for (release, environment, age) in
        [("1.0", "production", 40 * 3_600), ("2.0", "production", 60), ("3.0", "a stage", 3_700), ("4.0", "", 30)]
    {
        let mut event = json!({"message": "m", "release": release, "timestamp": now - age});
        if !environment.is_empty() {
            event["environment"] = json!(environment);
        }
        app.report(&project, &event).await;
    }
    let issue: i64 = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.expect("an issue");
    let script = app.script(&project.owner, &[Scope::EventRead]).await;
    let get = async |name: &str| script.get(&format!("/api/0/issues/{issue}/environments/{name}/")).await;

    let production = get("production").await.json();
    assert_eq!(keys_of(&production), "currentRelease environment firstRelease firstSeen lastRelease lastSeen");
    let environment = &production["environment"];
    assert_eq!((keys_of(environment).as_str(), &environment["name"]), ("id name stats", &json!("production")));
    let stats = &environment["stats"];
    assert_eq!((stats["24h"].as_array().unwrap().len(), stats["30d"].as_array().unwrap().len()), (24, 30));
    assert_eq!((sum(&stats["24h"]), sum(&stats["30d"])), (1, 2));
    let (first, last) = (&production["firstRelease"], &production["lastRelease"]);
    assert_eq!(keys_of(first), "environment firstSeen lastSeen release");
    assert_eq!((&first["release"]["version"], &last["release"]["version"]), (&json!("1.0"), &json!("2.0")));
    assert_eq!((&first["firstSeen"], &last["lastSeen"]), (&production["firstSeen"], &production["lastSeen"]));

    let stage = get("a%20stage").await.json();
    assert_eq!(
        (&stage["firstRelease"]["release"]["version"], sum(&stage["environment"]["stats"]["24h"])),
        (&json!("3.0"), 1)
    );
    let none = get("none").await.json();
    assert_eq!((&none["environment"]["name"], sum(&none["environment"]["stats"]["30d"])), (&json!(""), 1));
    for unknown in ["nowhere", "%00", &"x".repeat(5_000)] {
        assert_eq!(get(unknown).await.status, 404, "{unknown:.20}");
    }
}

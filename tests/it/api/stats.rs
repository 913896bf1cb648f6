//! Statistics, the stream and one's own issues through the API (web-api.md 11, 4, 5).

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use super::{each, keys_of};
use crate::support::TestApp;

fn sum(series: &Value) -> i64 {
    series.as_array().expect("a series").iter().map(|point| point[1].as_i64().expect("a count")).sum()
}

#[tokio::test]
async fn series_count_what_became_of_events() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    app.report(&project, &json!({"message": "m"})).await;
    sqlx::query(
        "INSERT INTO outcomes (project_id, key_id, hour, outcome, reason, category, quantity) VALUES
        ($1, $2, date_trunc('hour', now()), 'filtered', 'localhost', 'error', 4),
        ($1, $2, date_trunc('hour', now()), 'rate_limited', 'key_quota', 'error', 5),
        ($1, $2, date_trunc('hour', now()), 'client_discard', 'sample_rate', 'error', 7)",
    )
    .bind(project.project.id.0)
    .bind(project.key.id.0)
    .execute(&app.app.db)
    .await
    .unwrap();
    let script = app.script(&project.owner, &Scope::ALL).await;
    for path in ["/organizations/acme/stats/", "/teams/acme/team/stats/", "/projects/acme/shop/stats/"] {
        for (query, expected) in [
            ("", 10),
            ("?stat=received", 10),
            ("?stat=rejected", 5),
            ("?stat=blacklisted", 4),
            ("?stat=generated", 1),
            ("?stat=forwarded", 0),
            ("?stat=localhost", 4),
            ("?stat=cors", 0),
            ("?resolution=1d", 10),
        ] {
            let series = script.get(&format!("/api/0{path}{query}")).await.json();
            assert_eq!(sum(&series), expected, "{path}{query}");
        }
        let series = script.get(&format!("/api/0{path}")).await.json();
        assert_eq!(series.as_array().unwrap().len(), 25, "{path}: every point is there");
        for query in ["?stat=nonsense", "?resolution=10s", "?since=0&resolution=1h", "?since=x"] {
            assert_eq!(script.get(&format!("/api/0{path}{query}")).await.status, 400, "{path}{query}");
        }
        let none = app.script(&project.owner, &[Scope::EventRead]).await;
        assert_eq!(none.get(&format!("/api/0{path}")).await.status, 403, "{path}");
    }
    let path = "/api/0/organizations/acme/stats/?group=project";
    let grouped = script.get(path).await.json();
    assert_eq!(keys_of(&grouped), project.project.id.to_string());
    assert_eq!(sum(&grouped[project.project.id.to_string()]), 10);
    assert_eq!(script.get(&format!("{path}&projectID=999999")).await.json(), json!({}));
    assert_eq!(script.get("/api/0/organizations/acme/stats/?group=user").await.status, 400);
    let outsider = app.member(&project, "out@acme.example", Role::Member, false).await;
    let outsider = app.script(&outsider, &Scope::ALL).await;
    assert_eq!(outsider.get("/api/0/projects/acme/shop/stats/").await.status, 404);
    assert_eq!(sum(&outsider.get("/api/0/organizations/acme/stats/").await.json()), 0);
    assert_eq!(sum(&outsider.get("/api/0/teams/acme/team/stats/").await.json()), 0);
}

#[tokio::test]
async fn the_stream_and_ones_own_issues() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    app.report(&project, &json!({"message": "m"})).await;
    let issue: i64 = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.unwrap();
    let script = app.script(&project.owner, &Scope::ALL).await;
    let change = json!({"assignedTo": "owner@acme.example", "isBookmarked": true, "hasSeen": true});
    assert_eq!(script.put_json(&format!("/api/0/issues/{issue}/"), &change).await.status, 200);
    let stream = script.get("/api/0/organizations/acme/activity/").await.json();
    assert_eq!(keys_of(&stream[0]), "data dateCreated id issue project type user");
    assert_eq!((&stream[0]["type"], &stream[0]["issue"]["shortId"]), (&json!("assigned"), &json!("SHOP-1")));
    assert_eq!(stream[0]["project"]["slug"], "shop");

    let member: i64 = sqlx::query_scalar("SELECT id FROM members").fetch_one(&app.app.db).await.unwrap();
    let outsider = app.member(&project, "out@acme.example", Role::Member, false).await;
    let outsider = app.script(&outsider, &Scope::ALL).await;
    assert_eq!(outsider.get("/api/0/organizations/acme/activity/").await.json(), json!([]));
    for list in ["assigned", "bookmarked", "viewed"] {
        for whose in ["me", &member.to_string()] {
            let path = format!("/api/0/organizations/acme/members/{whose}/issues/{list}/");
            assert_eq!(each(&script.get(&path).await.json(), "shortId"), ["SHOP-1"], "{path}");
            assert_eq!(script.get(&format!("{path}?status=resolved")).await.status, 400, "{path}");
            let seen = outsider.get(&path).await;
            if list != "viewed" || whose == "me" {
                assert_eq!(seen.json(), json!([]), "{path}: not of projects one does not see");
            } else {
                assert_eq!(seen.status, 403, "{path}: one's own only");
            }
        }
        let unknown = format!("/api/0/organizations/acme/members/999999/issues/{list}/");
        assert_eq!(script.get(&unknown).await.status, 404);
    }
    script.put_json(&format!("/api/0/issues/{issue}/"), &json!({"status": "resolved"})).await;
    let path = "/api/0/organizations/acme/members/me/issues/assigned/";
    assert_eq!(script.get(path).await.json(), json!([]));
    assert_eq!(each(&script.get(&format!("{path}?status=")).await.json(), "shortId"), ["SHOP-1"]);
}

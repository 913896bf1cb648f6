//! What users wrote, through the API (web-api.md 13).

use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::json;

use super::{each, keys_of};
use crate::support::TestApp;

#[tokio::test]
async fn feedback_is_listed_with_its_issue() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let event = app.report(&project, &json!({"message": "m"})).await;
    for (event, words) in [(event.as_str(), "broke"), ("4711e3a0c1d2e3f4a5b6c7d8e9f00112", "early")] {
        let body = json!({"event_id": event, "name": "B", "email": "b@example.com", "comments": words});
        let request = app.anonymous().request("POST", "/api/0/projects/acme/shop/user-feedback/");
        let request = request.header("Authorization", format!("DSN {}", project.dsn(&app))).json(&body);
        assert_eq!(app.anonymous().send(request).await.status, 200);
    }
    let script = app.script(&project.owner, &[Scope::EventRead]).await;
    for path in [
        "/api/0/projects/acme/shop/user-feedback/",
        "/api/0/projects/acme/shop/user-reports/",
        "/api/0/organizations/acme/user-feedback/",
    ] {
        let list = script.get(path).await.json();
        assert_eq!(each(&list, "comments"), ["broke"], "{path}");
        assert_eq!(keys_of(&list[0]), "comments dateCreated email event eventID id issue name user");
        assert_eq!((&list[0]["eventID"], &list[0]["issue"]["shortId"]), (&json!(event), &json!("SHOP-1")));
        let all = script.get(&format!("{path}?status=")).await.json();
        assert_eq!(each(&all, "comments"), ["early", "broke"], "{path}");
        assert_eq!(all[0]["issue"], json!(null));
        assert_eq!(script.get(&format!("{path}?status=resolved")).await.status, 400);
        let first = script.get(&format!("{path}?status=&per_page=1")).await;
        assert_eq!(each(&first.json(), "comments"), ["early"]);
        assert!(first.header("link").contains("rel=\"next\"; results=\"true\""));
        let without = app.script(&project.owner, &[Scope::OrgRead, Scope::TeamRead, Scope::ProjectReleases]).await;
        assert_eq!(without.get(path).await.status, 403, "{path}");
        let stranger =
            app.member(&project, &format!("out{}@acme.example", path.replace('/', "")), Role::Member, false).await;
        let stranger = app.script(&stranger, &Scope::ALL).await.get(path).await;
        assert!(stranger.status == 404 || stranger.json() == json!([]), "{path}: {}", stranger.body);
    }
}

/// As `sentry-cli` and servers of one's own do it, with a token instead of a DSN (ingest.md 12.2).
#[tokio::test]
async fn feedback_is_written_with_a_token() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let event = app.report(&project, &json!({"message": "m"})).await;
    let script = app.script(&project.owner, &[Scope::ProjectWrite]).await;
    let path = "/api/0/projects/acme/shop/user-feedback/";
    let words = |event: &str, comments: &str| json!({"event_id": event, "name": "Bo", "email": "bo@example.com", "comments": comments});
    let written = script.post_json(path, &words(&event, "it broke")).await;
    assert_eq!(written.status, 200, "{}", written.body);
    let report = written.json();
    assert_eq!(keys_of(&report), "comments dateCreated email event eventID id issue name user");
    assert_eq!((&report["comments"], &report["issue"]["shortId"]), (&json!("it broke"), &json!("SHOP-1")));
    // The same event again replaces it; an event that has not come may be written about.
    let again = script.post_json(&path.replace("feedback", "reports"), &words(&event, "it still does")).await.json();
    assert_eq!((&again["id"], &again["comments"]), (&report["id"], &json!("it still does")));
    let early = script.post_json(path, &words("4711e3a0-c1d2-e3f4-a5b6-c7d8e9f00112", "soon")).await.json();
    assert_eq!((&early["eventID"], &early["issue"]), (&json!("4711e3a0c1d2e3f4a5b6c7d8e9f00112"), &json!(null)));
    assert_eq!(each(&script.get(&format!("{path}?status=")).await.json(), "comments"), ["soon", "it still does"]);

    for (body, field) in [
        (json!({}), "event_id"),
        (words("xyz", "it broke"), "event_id"),
        (words("", "it broke"), "event_id"),
        (words(&event, " "), "comments"),
        (words(&event, &"x".repeat(4097)), "comments"),
        (json!({"event_id": event, "email": "b@example.com", "comments": "x"}), "name"),
        (json!({"event_id": event, "name": "n".repeat(129), "email": "b@example.com", "comments": "x"}), "name"),
        (json!({"event_id": event, "name": "n", "email": "e".repeat(76), "comments": "x"}), "email"),
    ] {
        let refused = script.post_json(path, &body).await;
        assert_eq!(refused.status, 400, "{body}");
        assert!(refused.json().get(field).is_some(), "{body}: {}", refused.body);
    }
    for change in [
        "UPDATE user_reports SET created_at = created_at - interval '6 minutes'",
        "UPDATE events SET received_at = received_at - interval '31 minutes'",
    ] {
        sqlx::query(change).execute(&app.app.db).await.expect("an update");
        assert_eq!(script.post_json(path, &words(&event, "too late")).await.status, 409, "{change}");
        sqlx::query("DELETE FROM user_reports").execute(&app.app.db).await.expect("a deletion");
    }
    assert_eq!(script.get(&format!("{path}?status=")).await.json(), json!([]));
}

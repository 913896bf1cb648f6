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
        let without = app.script(&project.owner, &[Scope::OrgRead, Scope::ProjectRead]).await;
        assert_eq!(without.get(path).await.status, 403, "{path}");
        let stranger =
            app.member(&project, &format!("out{}@acme.example", path.replace('/', "")), Role::Member, false).await;
        let stranger = app.script(&stranger, &Scope::ALL).await.get(path).await;
        assert!(stranger.status == 404 || stranger.json() == json!([]), "{path}: {}", stranger.body);
    }
}

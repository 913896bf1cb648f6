use picket::types::scope::Scope;
use serde_json::json;

use super::{each, keys_of};
use crate::support::TestApp;

const REPOS: &str = "/api/0/organizations/acme/repos/";

#[tokio::test]
async fn repositories_are_named_listed_hidden_and_deleted() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &Scope::ALL).await;
    let made = script.post_json(REPOS, &json!({"name": "acme/web", "url": "https://git.example/acme/web"})).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let repository = made.json();
    assert_eq!(keys_of(&repository), "dateCreated externalSlug id integrationId name provider status url");
    assert_eq!(repository["provider"], json!({"id": "unknown", "name": "Unknown Provider"}));
    script.post_json(REPOS, &json!({"name": "acme/shop", "provider": "dummy"})).await;
    assert_eq!(each(&script.get(REPOS).await.json(), "name"), ["acme/shop", "acme/web"]);
    let again = script.post_json(REPOS, &json!({"name": "acme/shop"})).await;
    assert_eq!((again.status, &again.json()["error_type"]), (400, &json!("validation")));
    assert_eq!(script.post_json(REPOS, &json!({"name": ""})).await.status, 400);

    let one = format!("{REPOS}{}/", repository["id"].as_str().unwrap());
    assert_eq!(script.put_json(&one, &json!({"status": "hidden"})).await.json()["status"], "hidden");
    assert_eq!(each(&script.get(&format!("{REPOS}?status=active")).await.json(), "name"), ["acme/shop"]);
    assert_eq!(each(&script.get(&format!("{REPOS}?status=hidden")).await.json(), "name"), ["acme/web"]);
    assert_eq!(script.get(&format!("{REPOS}?status=deleted")).await.json(), json!([]));
    assert_eq!(script.put_json(&one, &json!({"status": "gone"})).await.status, 400);

    let commits = json!([{"id": "a1", "repository": "acme/web", "timestamp": "2019-01-01T00:00:00Z"},
        {"id": "a2", "repository": "acme/web", "timestamp": "2019-01-02T00:00:00Z"}]);
    script.post_json("/api/0/projects/acme/shop/releases/", &json!({"version": "1.0", "commits": commits})).await;
    assert_eq!(each(&script.get(&format!("{one}commits/")).await.json(), "id"), ["a2", "a1"]);
    assert_eq!(script.delete(&one).await.status, 202);
    assert_eq!(script.delete(&one).await.status, 404);
    let release = script.get("/api/0/projects/acme/shop/releases/1.0/").await.json();
    assert_eq!((&release["commitCount"], &release["lastCommit"]), (&json!(0), &json!(null)));
    assert_eq!(script.get("/api/0/organizations/acme/config/repos/").await.json(), json!({"providers": []}));
}

#[tokio::test]
async fn repositories_of_other_organizations_are_not_there() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let other = app.project_named("other", "site").await;
    let theirs = app.script(&other.owner, &Scope::ALL).await;
    let made = theirs.post_json("/api/0/organizations/other/repos/", &json!({"name": "x"})).await.json();
    let script = app.script(&project.owner, &Scope::ALL).await;
    let path = format!("{REPOS}{}/", made["id"].as_str().unwrap());
    assert_eq!(script.put_json(&path, &json!({"status": "hidden"})).await.status, 404);
    assert_eq!(script.delete(&path).await.status, 404);
    assert_eq!(script.get(&format!("{path}commits/")).await.status, 404);
    assert_eq!(script.get(&format!("{REPOS}99999999999999999999/commits/")).await.status, 404);
}

//! Keys of organizations on their page.

use picket::types::role::Role;
use picket::types::scope::Scope;

use crate::support::TestApp;

const PAGE: &str = "/settings/acme/api-keys/";

#[tokio::test]
async fn a_key_is_shown_once_changed_and_revoked() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let owner = app.sign_in(&project.owner).await;
    assert!(owner.get(PAGE).await.body.contains("There is no key"));
    let form = [("label", "Deploys"), ("scope", "project:releases"), ("scope", "org:read")];
    assert_eq!(owner.post_form(PAGE, &form).await.location(), PAGE);
    let shown = owner.get(PAGE).await.body;
    let secret = shown.split("curl -u ").nth(1).and_then(|text| text.split(':').next()).expect("the key").to_owned();
    assert_eq!(secret.len(), 64);
    let again = owner.get(PAGE).await.body;
    assert!(again.contains("org:read project:releases") && !again.contains(&secret), "{again}");
    let client = app.anonymous();
    let request = || client.request("GET", "/api/0/organizations/acme/").basic_auth(&secret, Some(""));
    assert_eq!(client.send(request()).await.status, 200);
    assert!(!owner.get(PAGE).await.body.contains("never"), "its use is noted");

    let one = again.split(PAGE).filter_map(|text| text.split('/').next()).find(|id| id.parse::<i64>().is_ok());
    let one = format!("{PAGE}{}/", one.expect("a link to the key"));
    assert!(owner.get(&one).await.body.contains("value=\"project:releases\" checked"));
    let form = [("label", "CI"), ("scope", "project:read"), ("allowed_origins", "app.example.com")];
    assert_eq!(owner.post_form(&one, &form).await.location(), PAGE);
    assert_eq!(client.send(request()).await.status, 403, "it lost the scope");
    let refused = owner.post_form(&one, &[("label", &"x".repeat(65)), ("scope", "org:read")]).await;
    assert!(refused.status == 422 && refused.body.contains("1 to 64 characters"), "{}", refused.body);
    assert!(owner.post_form(PAGE, &[("label", "none")]).await.body.contains("at least one scope"));
    assert_eq!(owner.post_form(&format!("{one}delete/"), &[]).await.location(), PAGE);
    assert_eq!(client.send(request()).await.status, 401);
    assert_eq!(owner.get(&one).await.status, 404);

    let log = app.script(&project.owner, &[Scope::OrgWrite]).await;
    let log = log.get("/api/0/organizations/acme/audit-logs/").await;
    let events: Vec<String> =
        log.json().as_array().unwrap().iter().map(|entry| entry["event"].as_str().unwrap().to_owned()).collect();
    assert_eq!(events, ["api-key.remove", "api-key.edit", "api-key.create"]);
    assert!(!log.body.contains(&secret), "the log holds no secret");
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM api_keys").fetch_one(&app.app.db).await.unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn keys_are_the_owners_of_their_organization() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let owner = app.sign_in(&project.owner).await;
    owner.post_form(PAGE, &[("scope", "org:read")]).await;
    let id: i64 = sqlx::query_scalar("SELECT id FROM api_keys").fetch_one(&app.app.db).await.unwrap();
    let manager = app.sign_in(&app.member(&project, "manager@acme.example", Role::Manager, true).await).await;
    assert_eq!(manager.get(PAGE).await.status, 403);
    assert!(!manager.get("/settings/acme/").await.body.contains(PAGE), "nor is it offered");
    let stranger = app.sign_in(&app.project_named("other", "site").await.owner).await;
    for path in [format!("{PAGE}{id}/"), format!("{PAGE}{id}/delete/")] {
        assert_eq!(manager.post_form(&path, &[("scope", "org:admin")]).await.status, 403);
        assert_eq!(stranger.post_form(&path, &[("scope", "org:admin")]).await.status, 404);
        let own = path.replace("acme", "other");
        assert_eq!(stranger.post_form(&own, &[("scope", "org:admin")]).await.status, 404, "{own}");
    }
    app.app.clock.advance(chrono::TimeDelta::hours(4));
    assert_eq!(owner.post_form(PAGE, &[("scope", "org:admin")]).await.status, 403, "who is there is asked first");
}

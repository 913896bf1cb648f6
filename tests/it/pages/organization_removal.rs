//! The end of an organization: who may, the day in which it can be restored, and what becomes of its events.

use chrono::TimeDelta;
use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::json;

use crate::support::{Client, TestApp};

const API: &str = "/api/0/organizations/other/";
const REMOVE: &str = "/settings/other/remove/";
const RESTORE: &str = "/organizations/other/restore/";

async fn confirm(client: &Client) -> String {
    client.post_form(REMOVE, &[("confirm", "other")]).await.location().to_owned()
}

#[tokio::test]
async fn an_organization_goes_only_when_an_owner_types_its_short_name() {
    let app = TestApp::spawn().await;
    let (first, second) = (app.project().await, app.project_named("other", "site").await);
    let owner = app.sign_in(&second.owner).await;
    let manager = app.sign_in(&app.member(&second, "manager@other.example", Role::Manager, true).await).await;
    let stranger = app.sign_in(&first.owner).await;
    for (client, expected) in [(&manager, 403), (&stranger, 404)] {
        assert_eq!(client.get(REMOVE).await.status, expected);
        assert_eq!(client.post_form(REMOVE, &[("confirm", "other")]).await.status, expected);
        assert_eq!(client.delete(API).await.status, expected);
    }
    let wrong = owner.post_form(REMOVE, &[("confirm", "othr")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("Type other"), "{}", wrong.body);
    let kept = stranger.post_form("/settings/acme/remove/", &[("confirm", "acme")]).await;
    assert!(kept.status == 422 && kept.body.contains("first organization"), "{}", kept.body);
    assert_eq!(app.script(&first.owner, &Scope::ALL).await.delete("/api/0/organizations/acme/").await.status, 400);

    app.app.clock.advance(TimeDelta::hours(4));
    assert_eq!(owner.post_form(REMOVE, &[("confirm", "other")]).await.status, 403, "who is there is asked first");
    assert_eq!(owner.delete(API).await.json()["detail"]["code"], "sudo-required");
    assert_eq!(owner.get("/settings/other/").await.status, 200);
}

#[tokio::test]
async fn a_removed_organization_says_so_to_its_members_and_is_restored_by_owners() {
    let app = TestApp::spawn().await;
    let (first, second) = (app.project().await, app.project_named("other", "site").await);
    app.report(&second, &json!({"message": "no cart"})).await;
    let owner = app.sign_in(&second.owner).await;
    let manager = app.sign_in(&app.member(&second, "manager@other.example", Role::Manager, true).await).await;
    let stranger = app.sign_in(&first.owner).await;
    let script = app.script(&second.owner, &Scope::ALL).await;
    let issue = script.get("/api/0/projects/other/site/issues/").await.json()[0]["id"].as_str().unwrap().to_owned();
    let share = script.put_json(&format!("/api/0/issues/{issue}/"), &json!({"isPublic": true})).await.json();
    let share = format!("/share/issue/{}/", share["shareId"].as_str().unwrap());

    assert_eq!(confirm(&owner).await, RESTORE);
    for page in ["/settings/other/", "/other/site/", "/organizations/other/issues/"] {
        assert_eq!(manager.get(page).await.location(), RESTORE, "{page}");
        assert_eq!(stranger.get(page).await.status, 404, "{page}");
    }
    for hidden in [API.to_owned(), "/api/0/projects/other/site/".to_owned(), format!("/api/0/issues/{issue}/")] {
        assert_eq!(script.get(&hidden).await.status, 404, "{hidden}");
    }
    assert_eq!(app.anonymous().get(&share).await.status, 404, "public links end");
    assert_eq!(script.get("/api/0/organizations/").await.json(), json!([]));
    assert_eq!(script.get("/api/0/projects/").await.json(), json!([]));
    let written = app.mails(&second.owner.email).await;
    assert_eq!(
        (written.len(), written[0].kind.as_str(), written[0].path.as_deref()),
        (1, "organization-removed", Some(RESTORE))
    );

    let (seen, told) = (owner.get(RESTORE).await, manager.get(RESTORE).await);
    assert!(seen.body.contains("other was removed") && seen.body.contains("<form method=\"post\">"), "{}", seen.body);
    assert!(told.status == 200 && told.body.contains("Only its owners can restore it"), "{}", told.body);
    assert!(manager.get("/organizations/").await.body.contains(RESTORE));
    for (client, expected) in [(&manager, 403), (&stranger, 404)] {
        assert_eq!(client.post_form(RESTORE, &[]).await.status, expected);
        assert_eq!(client.put_json(API, &json!({"cancelDeletion": true})).await.status, expected);
    }
    assert_eq!(stranger.get(RESTORE).await.status, 404);
    assert_eq!(script.put_json(API, &json!({"name": "x"})).await.status, 404, "nothing else changes it");
    let weak = app.script(&second.owner, &[Scope::OrgWrite]).await;
    assert_eq!(weak.put_json(API, &json!({"cancelDeletion": true})).await.status, 403);

    assert_eq!(owner.post_form(RESTORE, &[]).await.location(), "/settings/other/");
    assert_eq!(owner.get(RESTORE).await.status, 404, "nothing is left to restore");
    assert_eq!(script.get(&format!("/api/0/issues/{issue}/")).await.status, 200);
    assert_eq!(app.anonymous().get(&share).await.status, 200);
    let removed = script.delete(API).await;
    assert_eq!((removed.status, &removed.json()["status"]["id"]), (202, &json!("pending_deletion")));
    assert_eq!(script.put_json(API, &json!({"cancelDeletion": true})).await.status, 200);
    let log = script.get(&format!("{API}audit-logs/")).await.json();
    let events: Vec<&str> = log.as_array().unwrap().iter().filter_map(|entry| entry["event"].as_str()).collect();
    assert_eq!(events, ["org.restore", "org.remove", "org.restore", "org.remove"]);
}

#[tokio::test]
async fn events_of_a_removed_organization_are_refused_with_the_reason() {
    let app = TestApp::spawn().await;
    let (first, second) = (app.project().await, app.project_named("other", "site").await);
    let owner = app.sign_in(&second.owner).await;
    confirm(&owner).await;
    let store = |project: i64, key: &str| format!("/api/{project}/store/?sentry_key={key}");
    let path = store(second.project.id.0, &second.key.public_key);
    let refused = app.anonymous().post_json(&path, &json!({"message": "no cart"})).await;
    assert_eq!(
        (refused.status, refused.json()["detail"].as_str()),
        (403, Some("the organization was removed")),
        "{}",
        refused.body
    );
    let other = store(first.project.id.0, &first.key.public_key);
    assert_eq!(app.anonymous().post_json(&other, &json!({"message": "no cart"})).await.status, 200);

    owner.post_form(RESTORE, &[]).await;
    app.app.clock.advance(TimeDelta::seconds(61));
    assert_eq!(app.anonymous().post_json(&path, &json!({"message": "no cart"})).await.status, 200);
}

#[tokio::test]
async fn after_a_day_nothing_is_restored() {
    let app = TestApp::spawn().await;
    app.project().await;
    let second = app.project_named("other", "site").await;
    let owner = app.sign_in(&second.owner).await;
    confirm(&owner).await;
    app.app.clock.advance(TimeDelta::hours(24));
    assert!(!owner.get(RESTORE).await.body.contains("<form method=\"post\">"));
    assert_eq!(owner.post_form(RESTORE, &[]).await.status, 404);
    let script = app.script(&second.owner, &Scope::ALL).await;
    assert_eq!(script.put_json(API, &json!({"cancelDeletion": true})).await.status, 404);
    assert_eq!(owner.post_form("/organizations/", &[("name", "other")]).await.status, 403);
}

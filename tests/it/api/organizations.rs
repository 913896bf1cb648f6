use picket::types::scope::Scope;
use serde_json::json;

use super::{each, keys_of};
use crate::support::TestApp;

const SUMMARY: &str = "avatar dateCreated disableNewVisibilityFeatures features id isEarlyAdopter name require2FA \
     requireEmailVerification slug status";

#[tokio::test]
async fn people_list_the_organizations_they_belong_to() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    app.project_named("other", "site").await;
    let script = app.script(&project.owner, &[Scope::OrgRead]).await;
    let list = script.get("/api/0/organizations/").await.json();
    assert_eq!(each(&list, "slug"), ["acme"]);
    assert_eq!(keys_of(&list[0]), SUMMARY);
    assert_eq!(list[0]["id"], json!(project.organization.id.to_string()));
    assert_eq!(script.get("/api/0/organizations/?query=nothing").await.json(), json!([]));
    let owned = script.get("/api/0/organizations/?owner=1").await.json();
    assert_eq!((&owned[0]["organization"]["slug"], &owned[0]["singleOwner"]), (&json!("acme"), &json!(true)));

    let superuser = app.user("root@example.com", true).await;
    let script = app.script(&superuser, &[Scope::OrgRead]).await;
    assert_eq!(script.get("/api/0/organizations/").await.json(), json!([]));
    let all = script.get("/api/0/organizations/?show=all").await.json();
    assert_eq!(each(&all, "slug"), ["other", "acme"]);
}

#[tokio::test]
async fn an_organization_comes_with_teams_projects_and_rights() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let script = app.script(&project.owner, &[Scope::OrgRead, Scope::EventRead]).await;
    let view = script.get("/api/0/organizations/acme/").await.json();
    let mut expected: Vec<&str> = SUMMARY.split(' ').collect();
    expected.extend([
        "access",
        "allowSharedIssues",
        "availableRoles",
        "dataScrubber",
        "dataScrubberDefaults",
        "defaultRole",
        "enhancedPrivacy",
        "experiments",
        "isDefault",
        "onboardingTasks",
        "openMembership",
        "pendingAccessRequests",
        "projects",
        "quota",
        "safeFields",
        "scrapeJavaScript",
        "scrubIPAddresses",
        "sensitiveFields",
        "storeCrashReports",
        "teams",
        "trustedRelays",
    ]);
    expected.sort_unstable();
    assert_eq!(keys_of(&view), expected.join(" "));
    assert_eq!(view["access"], json!(["org:read", "event:read"]));
    assert_eq!((each(&view["teams"], "slug"), each(&view["projects"], "slug")), (vec!["team"], vec!["shop"]));
    assert_eq!(view["isDefault"], true);
}

#[tokio::test]
async fn an_organization_is_renamed() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    app.project_named("other", "site").await;
    let script = app.script(&project.owner, &[Scope::OrgWrite]).await;
    for slug in ["other", "api", "A B"] {
        let refused = script.put_json("/api/0/organizations/acme/", &json!({"slug": slug})).await;
        assert_eq!((refused.status, keys_of(&refused.json()).as_str()), (400, "slug"), "{slug}");
    }
    let renamed = script.put_json("/api/0/organizations/acme/", &json!({"name": "Acme 2", "slug": "acme-2"})).await;
    assert_eq!((renamed.status, &renamed.json()["name"]), (200, &json!("Acme 2")));
    assert_eq!(script.get("/api/0/organizations/acme/").await.location(), "/api/0/organizations/acme-2/");
    assert_eq!(script.get("/api/0/organizations/acme-2/").await.status, 200);
}

#[tokio::test]
async fn organizations_are_made_where_there_may_be_several() {
    let app = TestApp::spawn_with(|config| config.system.single_organization = false).await;
    let user = app.user("lin@example.com", false).await;
    let script = app.script(&user, &Scope::ALL).await;
    let body = json!({"name": "New Co", "defaultTeam": true});
    let made = script.post_json("/api/0/organizations/", &body).await;
    assert_eq!((made.status, &made.json()["slug"]), (201, &json!("new-co")));
    let teams = script.get("/api/0/organizations/new-co/teams/").await.json();
    assert_eq!((each(&teams, "name"), &teams[0]["isMember"]), (vec!["New Co"], &json!(true)));
    let taken = script.post_json("/api/0/organizations/", &json!({"name": "x", "slug": "new-co"})).await;
    assert_eq!((taken.status, keys_of(&taken.json()).as_str()), (409, "detail"));
    let nameless = script.post_json("/api/0/organizations/", &json!({})).await;
    assert_eq!((nameless.status, nameless.json()), (400, json!({"name": ["This field is required."]})));
}

#[tokio::test]
async fn a_single_organization_stays_single() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let script = app.script(&user, &Scope::ALL).await;
    assert_eq!(script.post_json("/api/0/organizations/", &json!({"name": "New"})).await.status, 403);
}

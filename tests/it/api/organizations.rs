use picket::types::role::Role;
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
    let own = script.get("/api/0/organizations/?show=all&member=1").await.json();
    assert_eq!(own, json!([]), "what the caller belongs to");
    app.member(&project, "lin@acme.example", Role::Member, true).await;
    let largest = script.get("/api/0/organizations/?show=all&sortBy=members").await.json();
    assert_eq!(each(&largest, "slug"), ["acme", "other"]);
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

#[tokio::test]
async fn what_an_organization_sets_holds_in_every_project() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let owner = app.script(&project.owner, &Scope::ALL).await;
    let lax =
        json!({"dataScrubber": false, "scrubIPAddresses": false, "safeFields": ["iban"], "scrapeJavaScript": true});
    assert_eq!(owner.put_json("/api/0/projects/acme/shop/", &lax).await.status, 200);
    let event = json!({
        "message": "no cart", "user": {"id": "7", "ip_address": "203.0.113.7"},
        "extra": {"iban": "DE-4711", "password": "hunter2"},
    });
    let told = |id: &str| format!("/api/0/projects/acme/shop/events/{id}/");
    let before = owner.get(&told(&app.report(&project, &event).await)).await.body;
    for kept in ["203.0.113.7", "DE-4711", "hunter2"] {
        assert!(before.contains(kept), "{kept} {before}");
    }

    let change = json!({
        "openMembership": true, "allowSharedIssues": false, "dataScrubber": true, "dataScrubberDefaults": true,
        "scrubIPAddresses": true, "sensitiveFields": ["iban"], "safeFields": ["page"], "scrapeJavaScript": false,
        "defaultRole": "admin",
    });
    let changed = owner.put_json("/api/0/organizations/acme/", &change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let view = owner.get("/api/0/organizations/acme/").await.json();
    for (key, value) in change.as_object().unwrap() {
        assert_eq!(&view[key], value, "{key}");
    }
    let after = owner.get(&told(&app.report(&project, &event).await)).await.body;
    for scrubbed in ["203.0.113.7", "DE-4711", "hunter2"] {
        assert!(!after.contains(scrubbed), "{scrubbed} {after}");
    }
    let own = owner.get("/api/0/projects/acme/shop/").await.json();
    assert_eq!(
        (&own["dataScrubber"], &own["scrapeJavaScript"]),
        (&json!(false), &json!(true)),
        "the project's own stay"
    );
    let log = owner.get("/api/0/organizations/acme/audit-logs/?event=org.edit").await.json();
    let mut changed: Vec<&str> =
        log[0]["data"]["changed"].as_array().into_iter().flatten().filter_map(|name| name.as_str()).collect();
    changed.sort_unstable();
    assert_eq!(
        changed.join(" "),
        "default_role open_membership settings.allow_shared_issues settings.require_scrub_data settings.require_scrub_defaults settings.require_scrub_ip_address settings.safe_fields settings.scrape_javascript settings.sensitive_fields",
        "{log}"
    );
}

#[tokio::test]
async fn settings_of_an_organization_are_checked() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let owner = app.script(&project.owner, &Scope::ALL).await;
    let wrong =
        json!({"openMembership": "perhaps", "sensitiveFields": {"a": 1}, "defaultRole": "root", "require2FA": []});
    let refused = owner.put_json("/api/0/organizations/acme/", &wrong).await;
    let keys = "defaultRole openMembership require2FA sensitiveFields";
    assert_eq!((refused.status, keys_of(&refused.json()).as_str()), (400, keys));
    for (key, value) in [
        ("sensitiveFields", json!(vec!["x"; 501])),
        ("safeFields", json!(["x".repeat(201)])),
        ("require2FA", json!(true)),
    ] {
        let refused = owner.put_json("/api/0/organizations/acme/", &json!({"name": "Changed", key: value})).await;
        assert_eq!((refused.status, keys_of(&refused.json()).as_str()), (400, key), "{}", refused.body);
    }
    assert_eq!(owner.get("/api/0/organizations/acme/").await.json()["name"], "acme", "nothing was half stored");

    let manager = app.member(&project, "manager@acme.example", Role::Manager, false).await;
    let manager = app.script(&manager, &Scope::ALL).await;
    let kept = manager.put_json("/api/0/organizations/acme/", &json!({"defaultRole": "manager"})).await;
    assert_eq!((kept.status, &kept.json()["defaultRole"]), (200, &json!("member")), "owners decide about roles");
    let admin = app.member(&project, "admin@acme.example", Role::Admin, false).await;
    let admin = app.script(&admin, &Scope::ALL).await;
    assert_eq!(admin.put_json("/api/0/organizations/acme/", &json!({"openMembership": true})).await.status, 403);
    let stranger = app.project_named("other", "site").await;
    let stranger = app.script(&stranger.owner, &Scope::ALL).await;
    assert_eq!(stranger.put_json("/api/0/organizations/acme/", &json!({"openMembership": true})).await.status, 404);
}

#[tokio::test]
async fn links_to_issues_end_while_the_organization_forbids_them() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    app.report(&project, &json!({"message": "no cart"})).await;
    let owner = app.script(&project.owner, &Scope::ALL).await;
    let issue = format!(
        "/api/0/issues/{}/",
        owner.get("/api/0/projects/acme/shop/issues/").await.json()[0]["id"].as_str().unwrap()
    );
    let shared = owner.put_json(&issue, &json!({"isPublic": true})).await.json();
    let token = shared["shareId"].as_str().expect("a link").to_owned();
    let anybody = app.anonymous();
    let links = [format!("/share/issue/{token}/"), format!("/api/0/shared/issues/{token}/")];
    for (allowed, expected) in [(true, 200), (false, 404), (true, 200)] {
        owner.put_json("/api/0/organizations/acme/", &json!({"allowSharedIssues": allowed})).await;
        for link in &links {
            assert_eq!(anybody.get(link).await.status, expected, "{link}");
        }
        assert_eq!(owner.get(&issue).await.json()["isPublic"], allowed);
    }
    owner.put_json("/api/0/organizations/acme/", &json!({"allowSharedIssues": false})).await;
    let refused = owner.put_json(&issue, &json!({"isPublic": true, "status": "resolved"})).await;
    assert_eq!((refused.status, keys_of(&refused.json()).as_str()), (400, "detail"), "{}", refused.body);
    assert_eq!(owner.get(&issue).await.json()["status"], "unresolved", "nothing was half done");
    let browser = app.sign_in(&project.owner).await;
    let page = browser.get(&issue.replace("/api/0/", "/organizations/acme/")).await;
    assert!(page.status == 200 && !page.body.contains("issue-share\" name=\"action\""), "{}", page.body);
}

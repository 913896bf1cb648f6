//! Every address of older versions whose page exists lands on it (ui.md 2.2, 14.1): signed in and out, with a base path
//! and without, its query kept.

use picket::types::scope::Scope;
use serde_json::json;

use crate::support::{Answer, Client, PASSWORD, TestApp};

/// Old addresses and where they end. `{id}`: an issue, `{event}`: its event.
const ADDRESSES: &[(&str, &str)] = &[
    ("/acme/shop/issues/{id}/", "/organizations/acme/issues/{id}/"),
    ("/acme/shop/issues/{id}/?referrer=mail", "/organizations/acme/issues/{id}/?referrer=mail"),
    ("/acme/shop/issues/{id}/activity/", "/organizations/acme/issues/{id}/activity/"),
    ("/acme/shop/issues/{id}/feedback/", "/organizations/acme/issues/{id}/feedback/"),
    ("/acme/shop/issues/{id}/tags/", "/organizations/acme/issues/{id}/tags/"),
    ("/acme/shop/issues/{id}/tags/plan/", "/organizations/acme/issues/{id}/tags/plan/"),
    ("/acme/shop/issues/{id}/tags/plan/export/", "/organizations/acme/issues/{id}/tags/plan/export/"),
    ("/acme/shop/issues/{id}/events/", "/organizations/acme/issues/{id}/events/"),
    ("/acme/shop/issues/{id}/events/latest/", "/organizations/acme/issues/{id}/events/latest/"),
    ("/acme/shop/issues/{id}/events/{event}/", "/organizations/acme/issues/{id}/events/{event}/"),
    ("/acme/shop/issues/{id}/events/{event}/json/", "/organizations/acme/issues/{id}/events/{event}/json/"),
    ("/acme/shop/issues/{id}/events/123456789/", "/organizations/acme/issues/{id}/events/123456789/"),
    ("/acme/shop/group/{id}/", "/organizations/acme/issues/{id}/"),
    ("/acme/shop/group/{id}/events/{event}/", "/organizations/acme/issues/{id}/events/{event}/"),
    ("/acme/issues/SHOP-1/", "/organizations/acme/issues/{id}/"),
    ("/acme/issues/{id}/", "/organizations/acme/issues/{id}/"),
    ("/acme/shop/issues/", "/acme/shop/"),
    ("/acme/shop/events/{event}/", "/organizations/acme/issues/{id}/events/{event}/"),
    ("/organizations/acme/projects/shop/events/{event}/", "/organizations/acme/issues/{id}/events/{event}/"),
    ("/organizations/acme/issues/?query=SHOP-1", "/organizations/acme/issues/{id}/"),
    ("/organizations/acme/issues/?query={event}", "/organizations/acme/issues/{id}/events/{event}/"),
    ("/acme/shop/dashboard/", "/acme/shop/dashboard/"),
    ("/acme/shop/searches/{search}/", "/acme/shop/?query=door"),
    ("/organizations/acme/issues/searches/{team_search}/", "/organizations/acme/issues/?query=window"),
    ("/acme/shop/settings/", "/settings/acme/projects/shop/"),
    ("/acme/shop/settings/keys/", "/settings/acme/projects/shop/keys/"),
    ("/acme/shop/settings/install/", "/acme/shop/getting-started/"),
    ("/settings/acme/projects/shop/install/python/", "/acme/shop/getting-started/python/"),
    ("/organizations/acme/projects/shop/getting-started/", "/acme/shop/getting-started/"),
    ("/onboarding/acme/shop/configure/python/", "/acme/shop/getting-started/python/"),
    ("/organizations/acme/members/", "/settings/acme/members/"),
    ("/organizations/acme/members/new/", "/settings/acme/members/"),
    ("/organizations/acme/teams/", "/settings/acme/teams/"),
    ("/organizations/acme/teams/team/settings/", "/settings/acme/teams/"),
    ("/organizations/acme/settings/", "/settings/acme/"),
    ("/acme/", "/organizations/acme/issues/"),
    ("/organizations/acme/", "/organizations/acme/issues/"),
    ("/organizations/acme/dashboards/", "/organizations/acme/issues/"),
    ("/organizations/acme/dashboards/7/", "/organizations/acme/issues/"),
    ("/organizations/acme/discover/", "/organizations/acme/issues/"),
    ("/organizations/acme/events/", "/organizations/acme/issues/"),
    ("/organizations/acme/monitors/", "/organizations/acme/issues/"),
    ("/organizations/acme/all-teams/", "/settings/acme/teams/"),
    ("/account/settings/", "/settings/account/details/"),
    ("/account/settings/security/", "/settings/account/security/"),
    ("/settings/account/", "/settings/account/details/"),
    ("/api/", "/settings/account/api/auth-tokens/"),
    ("/api/new-token/", "/settings/account/api/auth-tokens/"),
    ("/api/applications/", "/settings/account/api/auth-tokens/"),
    ("/orgredirect/organizations/:orgslug/settings/auth-tokens/", "/settings/account/api/auth-tokens/"),
];

/// Follows redirects; the last answer, and the path it came from.
async fn follow(client: &Client, base: &str, path: &str) -> (Answer, String) {
    let mut path = format!("{base}{path}");
    for _ in 0..6 {
        let answer = client.get(&path).await;
        if !(300..400).contains(&answer.status) {
            return (answer, path[base.len()..].to_owned());
        }
        assert!(answer.location().starts_with(base), "{path} leaves the base path: {}", answer.location());
        answer.location().clone_into(&mut path);
    }
    panic!("{path} leads in circles");
}

async fn land(base: &'static str) {
    let app = TestApp::spawn_with(|config| config.system.url_prefix += base).await;
    let project = app.project().await;
    let store = format!("{base}/api/{}/store/?sentry_key={}", project.project.id, project.key.public_key);
    let event = json!({"message": "out of stock", "tags": {"plan": "pro"}});
    let event = app.anonymous().post_json(&store, &event).await.json()["id"].as_str().unwrap().to_owned();
    picket::worker::drain(&app.app).await.unwrap();
    let id: i64 = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.unwrap();
    let browser = app.anonymous();
    let login = [("username", project.owner.email.as_str()), ("password", PASSWORD)];
    assert_eq!(browser.post_form(&format!("{base}/auth/login/"), &login).await.status, 303);
    for (list, name) in [("/acme/shop/searches/", "door"), ("/organizations/acme/issues/searches/", "window")] {
        let saved = browser.post_form(&format!("{base}{list}"), &[("name", name), ("query", name)]).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
    }
    let searches: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM saved_searches ORDER BY query").fetch_all(&app.app.db).await.unwrap();
    let fill = |text: &str| {
        let text = text.replace("{id}", &id.to_string()).replace("{event}", &event);
        text.replace("{search}", &searches[0].to_string()).replace("{team_search}", &searches[1].to_string())
    };

    // An installation that nobody set up leads everybody to its set-up.
    app.user("root@acme.example", true).await;
    let visitor = app.anonymous();
    for (old, _) in ADDRESSES {
        let (answer, path) = follow(&visitor, base, &fill(old)).await;
        assert_eq!(answer.status, 200, "{old} for a visitor");
        assert!(path.starts_with("/auth/login/?next="), "{old} for a visitor: {path}");
    }
    for (old, expected) in ADDRESSES {
        let (answer, path) = follow(&browser, base, &fill(old)).await;
        assert_eq!((answer.status, path), (200, fill(expected)), "{old} for a member");
    }
    let missing = "/organizations/acme/dashboards/";
    let answer = browser.get(&format!("{base}{missing}")).await;
    let page = browser.get(answer.location()).await.body;
    assert!(page.contains("class=\"strip\""), "the page says that there is none of that name");
    for nothing in ["/out/", "/acme/shop/issues/999999999/", "/acme/nothing/", "/acme/issues/SHOP-ZZZ/"] {
        assert_eq!(follow(&browser, base, nothing).await.0.status, 404, "{nothing}");
    }
}

/// These are not for every member: one is for anybody who has it, the others for whoever runs the installation.
#[tokio::test]
async fn old_addresses_of_others_land() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    app.report(&project, &json!({"message": "out of stock"})).await;
    let script = app.script(&project.owner, &[Scope::EventWrite]).await;
    let shared = script.put_json("/api/0/projects/acme/shop/issues/", &json!({"isPublic": true})).await.json();
    let token = shared["shareId"].as_str().unwrap();
    let root = app.user("root@acme.example", true).await;
    let visitor = app.anonymous();
    let old = visitor.get(&format!("/share/group/{token}/")).await;
    assert_eq!((old.status, old.location()), (301, format!("/share/issue/{token}/").as_str()));
    assert_eq!(visitor.get(old.location()).await.status, 200);
    let (root, member) = (app.sign_in(&root).await, app.sign_in(&project.owner).await);
    for old in ["/manage/buffer/", "/manage/relays/"] {
        let (answer, path) = follow(&root, "", old).await;
        assert_eq!((answer.status, path.as_str()), (200, "/manage/"), "{old}");
        assert!(answer.body.contains("class=\"strip\""), "{old} says that there is none of that name");
        assert_eq!(follow(&member, "", old).await.0.status, 403, "{old}");
        assert!(follow(&visitor, "", old).await.1.starts_with("/auth/login/?next="), "{old}");
    }
}

#[tokio::test]
async fn old_addresses_land_at_the_root() {
    land("").await;
}

#[tokio::test]
async fn old_addresses_land_below_a_base_path() {
    land("/errors").await;
}

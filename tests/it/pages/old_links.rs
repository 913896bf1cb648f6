use picket::types::role::Role;
use picket::types::scope::Scope;

use crate::support::TestApp;

#[tokio::test]
async fn old_addresses_lead_to_todays_pages() {
    let app = TestApp::spawn_with(|config| config.system.url_prefix += "/errors").await;
    let browser = app.anonymous();
    for (old, expected) in [
        ("/api/", "/settings/account/api/auth-tokens/"),
        ("/api/new-token/?x=1", "/settings/account/api/auth-tokens/?x=1"),
        ("/orgredirect/organizations/:orgslug/settings/auth-tokens/", "/settings/account/api/auth-tokens/"),
        ("/account/settings/security/", "/settings/account/security/"),
        ("/account/settings/notifications/", "/settings/account/details/"),
        ("/acme/shop/settings/keys/", "/settings/acme/projects/shop/keys/"),
        ("/acme/shop/settings/", "/settings/acme/projects/shop/"),
        ("/acme/shop/settings/install/python/", "/acme/shop/getting-started/"),
        ("/organizations/acme/members/", "/settings/acme/members/"),
        ("/organizations/acme/settings/", "/settings/acme/"),
        (
            "/organizations/acme/projects/shop/getting-started/python-django/",
            "/acme/shop/getting-started/python-django/",
        ),
        ("/onboarding/acme/shop/configure/go/", "/acme/shop/getting-started/go/"),
        ("/onboarding/acme/shop/configure/cobol/", "/acme/shop/getting-started/"),
    ] {
        let answer = browser.get(old).await;
        assert_eq!((answer.status, answer.location()), (302, format!("/errors{expected}").as_str()), "{old}");
    }
    let answer = browser.get("/settings/acme/teams?x=1").await;
    assert_eq!((answer.status, answer.location()), (301, "/errors/settings/acme/teams/?x=1"));
    let answer = browser.get("/organizations/acme/discover/").await;
    assert_eq!(answer.location(), "/errors/organizations/acme/issues/");
}

#[tokio::test]
async fn the_usual_files_are_answered() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    assert!(browser.get("/robots.txt").await.body.contains("Disallow: /"));
    assert!(browser.get("/favicon.ico").await.location().ends_with("favicon.svg"));
    assert_eq!(browser.get("/out/").await.status, 404);
    assert!(browser.get("/docs/").await.body.contains("Keyboard"));
}

#[tokio::test]
async fn addresses_from_before_a_renaming_lead_on() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    app.report(&fake, &serde_json::json!({ "message": "m" })).await;
    let issue: i64 = sqlx::query_scalar("SELECT id FROM issues").fetch_one(&app.app.db).await.unwrap();
    let browser = app.sign_in(&fake.owner).await;
    let script = app.script(&fake.owner, &Scope::ALL).await;
    let rename = async |path: &'static str, slug: &'static str| {
        assert_eq!(script.put_json(path, &serde_json::json!({ "slug": slug })).await.status, 200);
    };
    rename("/api/0/projects/acme/shop/", "store").await;
    rename("/api/0/organizations/acme/", "corp").await;
    rename("/api/0/projects/corp/store/", "market").await;

    for (old, new) in [
        ("/acme/shop/?query=is:unresolved", "/corp/shop/?query=is:unresolved"),
        ("/corp/shop/?query=is:unresolved", "/corp/market/?query=is:unresolved"),
        ("/settings/corp/projects/store/keys/", "/settings/corp/projects/market/keys/"),
        ("/organizations/acme/projects/", "/organizations/corp/projects/"),
        (&*format!("/organizations/acme/issues/{issue}/"), &*format!("/organizations/corp/issues/{issue}/")),
    ] {
        let answer = browser.get(old).await;
        assert_eq!((answer.status, answer.location()), (302, new), "{old}");
        let stranger = app.anonymous().get(old).await;
        assert_eq!(stranger.status, 303, "{old}: nothing is told to visitors");
    }
    let posted = browser.post_form("/settings/corp/projects/shop/", &[("name", "Shop")]).await;
    assert_eq!((posted.status, posted.location()), (307, "/settings/corp/projects/market/"));

    let moved = script.get("/api/0/projects/corp/shop/keys/").await;
    assert_eq!((moved.status, moved.location()), (302, "/api/0/projects/corp/market/keys/"));
    assert_eq!((&moved.json()["slug"], &moved.json()["detail"]["code"]), (&"market".into(), &"resource-moved".into()));
    assert_eq!(script.get("/api/0/organizations/acme/").await.location(), "/api/0/organizations/corp/");
    let of_issue = script.get(&format!("/api/0/organizations/acme/issues/{issue}/")).await;
    assert_eq!(of_issue.location(), format!("/api/0/organizations/corp/issues/{issue}/"));

    // Whoever may not see the thing is not led there, and a slug in use is nobody's old one.
    let member = app.member(&fake, "out@example.com", Role::Member, false).await;
    assert_eq!(app.sign_in(&member).await.get("/corp/shop/").await.status, 404);
    let stranger = app.user("stranger@example.com", false).await;
    assert_eq!(app.sign_in(&stranger).await.get("/organizations/acme/projects/").await.status, 404);
    let new = serde_json::json!({ "name": "Shop", "slug": "shop" });
    assert_eq!(script.post_json(&format!("/api/0/teams/corp/{}/projects/", fake.team.slug), &new).await.status, 201);
    assert_eq!(browser.get("/corp/shop/").await.status, 200);
}

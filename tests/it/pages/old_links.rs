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

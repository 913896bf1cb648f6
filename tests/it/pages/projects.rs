use picket::store::{project_keys, projects};
use picket::types::role::Role;

use crate::support::TestApp;

#[tokio::test]
async fn a_project_is_made_and_listed() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let browser = app.sign_in(&fake.owner).await;
    let page = browser.get("/organizations/acme/projects/new/").await;
    assert_eq!(page.status, 200);

    let wrong = [("name", ""), ("platform", "python-django"), ("team", "team")];
    let page = browser.post_form("/organizations/acme/projects/new/", &wrong).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("1 to 200 characters"));
    assert!(page.body.contains("<option value=\"python-django\" selected>"));

    let form = [("name", "Web Shop <b>"), ("platform", "python-django"), ("team", "team")];
    let answer = browser.post_form("/organizations/acme/projects/new/", &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/acme/web-shop-b/getting-started/"));
    let list = browser.get("/organizations/acme/projects/").await;
    assert!(list.body.contains("Web Shop &#60;b&#62;"), "{}", list.body);
    assert!(list.body.contains("No event yet"));
    let filtered = browser.get("/organizations/acme/projects/?query=nothing").await;
    assert!(filtered.body.contains("No project matches"));

    browser.post_form("/organizations/acme/projects/shop/bookmark/", &[]).await;
    assert!(browser.get("/organizations/acme/projects/").await.body.contains("aria-pressed=\"true\""));
}

/// The audit log names what changed, and no value: tokens are among them.
async fn changes_are_noted(app: &TestApp, token: &str) {
    let log: Vec<serde_json::Value> = sqlx::query_scalar("SELECT data FROM audit_entries WHERE event = 31 ORDER BY id")
        .fetch_all(&app.app.db)
        .await
        .unwrap();
    let told = serde_json::to_string(&log).unwrap();
    for name in ["new-shop", "resolve_age", "filters.error_messages", "sensitive_fields", "fetching.token"] {
        assert!(told.contains(name), "{name}: {told}");
    }
    assert!(!told.contains(token), "values are not told: {told}");
}

#[tokio::test]
async fn settings_are_kept() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let browser = app.sign_in(&fake.owner).await;
    let form = [
        ("name", "Shop"),
        ("slug", "new-shop"),
        ("platform", "go"),
        ("allowed_domains", "a.example\nb.example"),
        ("resolve_age", "48"),
        ("rate_limit", "600"),
    ];
    let answer = browser.post_form("/settings/acme/projects/shop/", &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/acme/projects/new-shop/"));
    assert!(browser.get("/settings/acme/projects/new-shop/").await.body.contains("Saved."));
    let filters = [("web_crawlers", "on"), ("error_messages", "a, b*\nc"), ("ip_addresses", "10.0.0.0/8, 1.2.3.4")];
    assert_eq!(browser.post_form("/settings/acme/projects/new-shop/filters/", &filters).await.status, 303);
    let privacy = [("scrub_data", "on"), ("sensitive_fields", "card\npin")];
    assert_eq!(browser.post_form("/settings/acme/projects/new-shop/data-privacy/", &privacy).await.status, 303);

    let project = projects::find(&app.app.db, fake.project.id).await.unwrap().unwrap();
    let settings = &project.settings;
    assert_eq!((project.name.as_str(), project.platform.as_deref()), ("Shop", Some("go")));
    assert_eq!(settings.allowed_domains, ["a.example", "b.example"]);
    assert_eq!((settings.resolve_age, settings.rate_limit_per_minute), (48, 600));
    assert_eq!(settings.filters.error_messages, ["a, b*", "c"]);
    assert_eq!(settings.filters.ip_addresses, ["10.0.0.0/8", "1.2.3.4"]);
    assert!(settings.filters.web_crawlers && !settings.filters.csp_defaults);
    assert!(settings.scrub_data && !settings.scrub_defaults);
    assert_eq!(settings.sensitive_fields, ["card", "pin"]);

    let wrong = [("name", "Shop"), ("slug", "No!"), ("platform", "cobol"), ("resolve_age", "-1"), ("rate_limit", "x")];
    let page = browser.post_form("/settings/acme/projects/new-shop/", &wrong).await;
    assert_eq!(page.status, 422);
    for expected in ["1 to 50 of the characters", "Choose a platform", "whole number", "value=\"No!\""] {
        assert!(page.body.contains(expected), "{expected}");
    }
    let path = "/settings/acme/projects/new-shop/source-maps/fetching/";
    assert_eq!(browser.post_form(path, &[("is_on", "on"), ("verifies_tls", "on")]).await.status, 303);
    let project = projects::find(&app.app.db, fake.project.id).await.unwrap().unwrap();
    let fetching = &project.settings.fetching;
    assert!(fetching.is_on && fetching.verifies_tls && fetching.token.len() == 32, "a token is made up");
    assert_eq!(fetching.token_header, "X-Sentry-Token");
    for (wrong, expected) in [(("token", "a b"), "visible ASCII"), (("token_header", "Host"), "A header name")] {
        let page = browser.post_form(path, &[wrong]).await;
        assert_eq!(page.status, 422);
        assert!(page.body.contains(expected), "{expected}");
    }
    let member = app.member(&fake, "reader@acme.example", Role::Member, true).await;
    let reader = app.sign_in(&member).await;
    assert!(!reader.get(path).await.body.contains(&fetching.token), "the token is for those who may change it");
    assert_eq!(reader.post_form(path, &[]).await.status, 403);

    changes_are_noted(&app, &fetching.token).await;
    let wrong = [("ip_addresses", "somewhere")];
    let page = browser.post_form("/settings/acme/projects/new-shop/filters/", &wrong).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("somewhere is neither"));
}

#[tokio::test]
async fn keys_are_made_limited_switched_rotated_and_deleted() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let browser = app.sign_in(&fake.owner).await;
    let list = "/settings/acme/projects/shop/keys/";
    let page = browser.get(list).await;
    assert!(page.body.contains(&fake.dsn(&app)), "{}", page.body);
    browser.post_form(list, &[("label", "Mobile")]).await;
    let keys = project_keys::list(&app.app.db, fake.project.id).await.unwrap();
    assert_eq!(keys.iter().map(|key| key.label.as_str()).collect::<Vec<_>>(), ["Default", "Mobile"]);

    let one = format!("{list}{}/", fake.key.public_key);
    let half = [("label", "Web"), ("count", "5"), ("window", "")];
    assert!(browser.post_form(&one, &half).await.body.contains("at least 1 event"));
    let form = [("label", "Web"), ("count", "5"), ("window", "60")];
    assert_eq!(browser.post_form(&one, &form).await.status, 303);
    assert!(browser.get(list).await.body.contains("at most 5 events in 60 s"));
    browser.post_form(&format!("{one}disable/"), &[]).await;
    assert!(browser.get(&one).await.body.contains("disabled"));
    browser.post_form(&format!("{one}enable/"), &[]).await;
    browser.post_form(&format!("{one}rotate/"), &[]).await;
    let keys = project_keys::list(&app.app.db, fake.project.id).await.unwrap();
    let state: Vec<_> = keys.iter().map(|key| (key.label.as_str(), key.is_active)).collect();
    assert_eq!(state, [("Web", false), ("Mobile", true), ("Web", true)]);
    assert!(browser.get(&format!("{one}delete/")).await.body.contains("Delete the key Web?"));
    browser.post_form(&format!("{one}delete/"), &[]).await;
    assert_eq!(browser.get(&one).await.status, 404);
}

#[tokio::test]
async fn a_project_goes_only_when_its_short_name_is_typed() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let browser = app.sign_in(&fake.owner).await;
    let path = "/settings/acme/projects/shop/remove/";
    assert_eq!(browser.post_form(path, &[("confirm", "shopp")]).await.status, 422);
    assert_eq!(browser.post_form(path, &[("confirm", "shop")]).await.status, 303);
    assert_eq!(browser.get("/settings/acme/projects/shop/").await.status, 404);

    let list = "/organizations/acme/projects/";
    assert!(browser.get(list).await.body.contains("Can be restored until"));
    let restore = format!("{list}{}/restore/", fake.project.id);
    let member = app.sign_in(&app.member(&fake, "m@acme.example", Role::Admin, true).await).await;
    assert!(!member.get(list).await.body.contains("Can be restored"));
    assert_eq!(member.post_form(&restore, &[]).await.status, 403);
    let other = app.project_named("other", "site").await;
    assert_eq!(app.sign_in(&other.owner).await.post_form(&restore.replace("acme", "other"), &[]).await.status, 404);
    // Somebody took the short name meanwhile.
    let again = [("name", "shop"), ("platform", "go"), ("team", "team")];
    assert_eq!(browser.post_form(&format!("{list}new/"), &again).await.location(), "/acme/shop/getting-started/");
    assert_eq!(browser.post_form(&restore, &[]).await.location(), "/settings/acme/projects/shop-2/");
    assert_eq!(browser.get("/acme/shop-2/").await.status, 200);
    assert_eq!(browser.post_form(&restore, &[]).await.status, 404);
    let events: Vec<i16> =
        sqlx::query_scalar("SELECT event FROM audit_entries ORDER BY id").fetch_all(&app.app.db).await.unwrap();
    assert_eq!(events, [32, 30, 31]);
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let member = app.sign_in(&app.member(&fake, "member@acme.example", Role::Member, true).await).await;
    let outsider = app.sign_in(&app.member(&fake, "out@acme.example", Role::Member, false).await).await;
    let stranger = app.sign_in(&app.user("stranger@example.com", false).await).await;
    let key = format!("/settings/acme/projects/shop/keys/{}/", fake.key.public_key);
    for path in ["/settings/acme/projects/shop/", "/settings/acme/projects/shop/keys/", key.as_str()] {
        assert_eq!(member.get(path).await.status, 200, "{path}");
        assert_eq!(member.post_form(path, &[]).await.status, 403, "{path}");
        assert_eq!(outsider.get(path).await.status, 404, "{path}");
        assert_eq!(outsider.post_form(path, &[]).await.status, 403, "{path}");
        assert_eq!(stranger.get(path).await.status, 404, "{path}");
        assert_eq!(app.anonymous().get(path).await.status, 303, "{path}");
    }
    assert!(!member.get(&key).await.body.contains(&fake.key.secret_key), "the secret is for those who configure");
    for path in ["/settings/acme/projects/shop/remove/", "/organizations/acme/projects/new/"] {
        assert_eq!(member.get(path).await.status, 403, "{path}");
    }
    for action in ["disable", "enable", "rotate", "delete"] {
        assert_eq!(member.post_form(&format!("{key}{action}/"), &[]).await.status, 403, "{action}");
    }
    let other = app.project_named("other", "shop").await;
    let foreign = format!("/settings/acme/projects/shop/keys/{}/", other.key.public_key);
    assert_eq!(app.sign_in(&fake.owner).await.get(&foreign).await.status, 404);
}

#[tokio::test]
async fn a_new_project_belongs_to_the_teams_that_are_chosen() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let browser = app.sign_in(&fake.owner).await;
    for name in ["Ops", "Web"] {
        browser.post_form("/settings/acme/teams/", &[("name", name)]).await;
    }
    let path = "/organizations/acme/projects/new/";
    let form = |team: &'static str| [("name", "Checkout"), ("platform", "python"), ("team", "ops"), ("team", team)];
    for wrong in ["none", ""] {
        assert!(browser.post_form(path, &form(wrong)).await.body.contains("Choose a team"), "{wrong}");
    }
    let none = browser.post_form(path, &[("name", "Checkout"), ("platform", "python")]).await;
    assert!(none.status == 422 && none.body.contains("Choose a team"));
    assert_eq!(browser.post_form(path, &form("web")).await.location(), "/acme/checkout/getting-started/");
    let teams = browser.get("/settings/acme/projects/checkout/teams/").await.body;
    assert!(
        teams.contains("#ops") && teams.contains("#web") && !teams.contains("<span class=\"muted mono\">#team"),
        "{teams}"
    );
}

#[tokio::test]
async fn the_default_environment_is_shown_first() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    for environment in ["live", "test"] {
        let event = serde_json::json!({"message": format!("from {environment}"), "environment": environment});
        app.report(&fake, &event).await;
    }
    let browser = app.sign_in(&fake.owner).await;
    let form = |environment: &'static str, template: &'static str| {
        [
            ("name", "shop"),
            ("slug", "shop"),
            ("platform", "python"),
            ("allowed_domains", "*"),
            ("resolve_age", "0"),
            ("rate_limit", "0"),
            ("default_environment", environment),
            ("subject_template", template),
        ]
    };
    let general = "/settings/acme/projects/shop/";
    assert_eq!(browser.post_form(general, &form("live", "")).await.status, 303);
    let page = browser.get(general).await.body;
    assert!(page.contains("value=\"live\"") && page.contains("value=\"$shortID - $title\""), "{page}");
    let list = browser.get("/acme/shop/").await.body;
    assert!(list.contains("from live") && !list.contains("from test"), "{list}");
    let all = browser.get("/acme/shop/?environment=").await.body;
    assert!(all.contains("from live") && all.contains("from test"), "what is asked for wins");
    let refused = browser.post_form(general, &form("a/b", "")).await;
    assert!(refused.status == 422 && refused.body.contains("without a slash"), "{}", refused.body);
    let long: &'static str = Box::leak("x".repeat(201).into_boxed_str());
    assert!(browser.post_form(general, &form("", long)).await.body.contains("At most 200 characters"));
}

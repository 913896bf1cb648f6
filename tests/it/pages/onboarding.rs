use picket::volatile::refusals::RefusedRequest;

use crate::support::TestApp;

const STATUS: &str = "/acme/shop/getting-started/status/";

#[tokio::test]
async fn every_platform_is_explained_in_both_languages_with_the_projects_own_address() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let browser = app.sign_in(&fake.owner).await;
    let index = browser.get("/acme/shop/getting-started/").await.body;
    let links = index.split("/acme/shop/getting-started/").skip(1).filter_map(|rest| rest.split_once("/\""));
    let platforms: std::collections::BTreeSet<&str> =
        links.map(|(id, _)| id).filter(|id| !id.contains(['/', '"', '<']) && *id != "status").collect();
    assert!(platforms.len() >= 40, "{platforms:?}");
    for platform in platforms {
        for (language, test) in [("en", "Send a test"), ("zh", "发送测试")] {
            let page = browser.get(&format!("/acme/shop/getting-started/{platform}/?lang={language}")).await;
            assert_eq!(page.status, 200, "{platform}");
            assert!(page.body.contains(&fake.key.public_key), "{platform} has no address");
            assert!(page.body.contains(test) && !page.body.contains("__"), "{platform}");
        }
    }
    assert_eq!(browser.get("/acme/shop/getting-started/cobol/").await.status, 404);
}

#[tokio::test]
async fn the_box_tells_why_a_request_was_refused() {
    let app = TestApp::spawn().await;
    let fake = app.project().await;
    let browser = app.sign_in(&fake.owner).await;
    assert_eq!(browser.get(STATUS).await.json()["state"], "waiting");
    let refused = RefusedRequest {
        at: app.app.clock.now(),
        client_ip: Some("203.0.113.7".parse().unwrap()),
        client: "sentry.python/2.0 <script>".to_owned(),
        status: 403,
        reason: "project_key".to_owned(),
        message: "key disabled".to_owned(),
    };
    app.app.redis.push_refusals(fake.project.id, &[refused]).await.unwrap();
    let status = browser.get(STATUS).await.json();
    let html = status["html"].as_str().unwrap();
    assert_eq!((status["state"].as_str(), status["done"].as_bool()), (Some("refused"), Some(false)));
    assert!(html.contains("203.0.113.7") && html.contains("key disabled") && !html.contains("<script>"), "{html}");
    assert!(browser.get("/acme/shop/getting-started/").await.body.contains("http-equiv=\"refresh\""));
}

#[tokio::test]
async fn strangers_see_no_address() {
    let app = TestApp::spawn().await;
    app.project().await;
    let stranger = app.sign_in(&app.user("stranger@example.com", false).await).await;
    for path in ["/acme/shop/getting-started/", "/acme/shop/getting-started/go/", STATUS] {
        assert_eq!(stranger.get(path).await.status, 404, "{path}");
    }
}

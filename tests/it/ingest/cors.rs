//! Browsers on other sites: preflight, readable answers, allowed domains.

use crate::support::TestApp;

#[tokio::test]
async fn preflights_are_answered_without_credentials() {
    let app = TestApp::spawn().await;
    let client = app.anonymous();
    for path in ["/api/1/store/", "/api/1/envelope", "//api/1/security/", "/api/embed/error-page/", "/api/x/store/"] {
        let request = client.request("OPTIONS", path).header("origin", "https://shop.test");
        let answer = client.send(request).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{path}");
        assert_eq!(answer.header("allow"), "GET, POST, HEAD, OPTIONS", "{path}");
        assert_eq!(answer.header("access-control-max-age"), "3600", "{path}");
        assert!(answer.header("access-control-allow-headers").contains("x-sentry-auth"), "{path}");
        assert!(answer.headers.get("access-control-allow-credentials").is_none(), "{path}");
        let expected = if path.contains("embed") { "https://shop.test" } else { "*" };
        assert_eq!(answer.header("access-control-allow-origin"), expected, "{path}");
    }
    let request = client.request("OPTIONS", "/api/1/store/").header("access-control-request-headers", "x-new");
    assert_eq!(client.send(request).await.header("access-control-allow-headers"), "x-new");
}

#[tokio::test]
async fn answers_can_be_read_from_everywhere() {
    let app = TestApp::spawn().await;
    let sdk = app.sdk().await;
    for answer in [sdk.store("{}").await, sdk.store("no").await, sdk.client.get("/crossdomain.xml").await] {
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{}", answer.status);
        assert!(answer.header("access-control-expose-headers").contains("x-sentry-rate-limits"));
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin");
    }
}

#[tokio::test]
async fn only_allowed_domains_may_send() {
    let app = TestApp::spawn_with(|config| config.web.allow_origin = vec!["intern.test".to_owned()]).await;
    let sdk = app.sdk().await;
    let settings = r#"{"allowed_domains":["*.shop.test"]}"#;
    sqlx::query("UPDATE projects SET settings = $1::jsonb").bind(settings).execute(&app.app.db).await.unwrap();
    for (header, value, status) in [
        ("origin", "https://www.shop.test", 200),
        ("origin", "https://intern.test", 200),
        ("origin", "https://evil.test", 403),
        ("origin", "null", 403),
        ("origin", "file:///home", 200),
        ("referer", "https://evil.test/page", 403),
        ("referer", "https://shop.test/page", 200),
        ("x-none", "", 200),
    ] {
        let answer = sdk.send(sdk.request("store").header(header, value).body("{}")).await;
        assert_eq!(answer.status, status, "{header}: {value}");
        if status == 403 {
            assert_eq!(answer.header("x-sentry-error"), format!("Invalid origin: {value}"));
        }
    }
    let legacy = sdk.client.request("POST", "/api/store/").header("origin", "https://www.shop.test").body("{}");
    let answer = sdk.send(legacy).await;
    assert_eq!((answer.status, answer.header("x-sentry-error")), (400, "Client must be upgraded for CORS support"));
}

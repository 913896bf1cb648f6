use crate::support::TestApp;

#[tokio::test]
async fn a_page_leads_to_the_sign_in_and_back() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", true).await;
    let browser = app.anonymous();
    let answer = browser.get("/organizations/acme/issues/?query=x").await;
    assert_eq!(
        (answer.status, answer.location()),
        (303, "/auth/login/?next=%2Forganizations%2Facme%2Fissues%2F%3Fquery%3Dx")
    );

    let page = browser.get("/auth/login/?next=%2Fa%2F").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").contains("default-src 'none'"));

    let form = [("username", user.email.as_str()), ("password", "wrong"), ("next", "/a/")];
    let refused = browser.post_form("/auth/login/", &form).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("do not match"));

    let form = [("username", user.email.as_str()), ("password", crate::support::PASSWORD), ("next", "/a/")];
    let answer = browser.post_form("/auth/login/", &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/a/"));
    assert!(answer.header("set-cookie").contains("HttpOnly; SameSite=Lax"));

    let missing = browser.get("/no/such/page/").await;
    assert_eq!(missing.status, 404);
    assert!(missing.body.contains("Not found"));

    browser.post_form("/auth/logout/", &[]).await;
    assert_eq!(browser.get("/no/such/page/").await.status, 303);
}

#[tokio::test]
async fn posts_from_other_sites_are_refused() {
    let app = TestApp::spawn().await;
    let browser = app.anonymous();
    let request = browser
        .request("POST", "/auth/logout/")
        .header("sec-fetch-site", "cross-site")
        .header("accept-language", "zh-CN");
    let answer = browser.send(request).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("表单来自其他地址"));
}

#[tokio::test]
async fn sign_ins_are_limited_per_minute() {
    let app = TestApp::spawn_with(|config| config.web.login_rate_limit = 2).await;
    app.user("lin@example.com", false).await;
    let browser = app.anonymous();
    let form = [("username", "lin@example.com"), ("password", "wrong")];
    for expected in [422, 422, 429] {
        assert_eq!(browser.post_form("/auth/login/", &form).await.status, expected);
    }
}

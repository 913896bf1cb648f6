use picket::store::{api_tokens, users};

use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn preferences_take_effect_on_the_next_page() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    let path = "/settings/account/details/";
    let form = [
        ("name", "林"),
        ("language", "zh-CN"),
        ("theme", "dark"),
        ("density", "compact"),
        ("stack_view", "nonsense"),
        ("stack_newest_first", "on"),
    ];
    assert_eq!(browser.post_form(path, &form).await.status, 303);
    let page = browser.get(path).await;
    assert!(page.body.contains(r#"<html lang="zh-CN" data-theme="dark" data-density="compact">"#));
    assert!(page.body.contains("已保存") && !page.body.contains("data-shortcuts"));
    let user = users::find(&app.app.db, user.id).await.unwrap().unwrap();
    assert_eq!((user.name.as_str(), user.stack_view.as_str()), ("林", "app"));
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_the_old_one() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    let path = "/settings/account/security/";
    for (current, new, repeated, status) in [
        ("wrong", "new horse", "new horse", 422),
        (PASSWORD, "new horse", "other", 422),
        (PASSWORD, "short", "short", 422),
        (PASSWORD, "new horse", "new horse", 303),
    ] {
        let form = [("current", current), ("password", new), ("repeated", repeated)];
        assert_eq!(browser.post_form(path, &form).await.status, status, "{current} {new}");
    }
    let form = [("username", "lin@example.com"), ("password", "new horse")];
    assert_eq!(app.anonymous().post_form("/auth/login/", &form).await.status, 303);
}

#[tokio::test]
async fn a_token_is_shown_once_and_works() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", true).await;
    let browser = app.sign_in(&user).await;
    let path = "/settings/account/api/auth-tokens/";
    assert_eq!(browser.post_form(path, &[("name", "ci")]).await.status, 422);
    let form = [("name", "ci"), ("scope", "org:read"), ("scope", "project:read")];
    assert_eq!(browser.post_form(path, &form).await.status, 303);
    let page = browser.get(path).await;
    let token = page.body.split("SENTRY_AUTH_TOKEN=").nth(1).unwrap()[..64].to_owned();
    assert!(!browser.get(path).await.body.contains(&token));
    assert_eq!(app.token(&token).get("/api/0/organizations/").await.status, 200);

    let id = api_tokens::list(&app.app.db, user.id).await.unwrap()[0].id;
    let other = app.sign_in(&app.user("mallory@example.com", false).await).await;
    assert_eq!(other.post_form(&format!("{path}{id}/delete/"), &[]).await.status, 404);
    assert_eq!(browser.post_form(&format!("{path}{id}/delete/"), &[]).await.status, 303);
    assert_eq!(app.token(&token).get("/api/0/organizations/").await.status, 401);
    assert_eq!(app.anonymous().get(path).await.status, 303);
}

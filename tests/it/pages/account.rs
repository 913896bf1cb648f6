use picket::store::{api_tokens, users};

use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn a_name_is_changed_unless_a_directory_keeps_it() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    let path = "/settings/account/details/";
    assert_eq!(browser.post_form(path, &[("name", "林")]).await.status, 303);
    assert_eq!(browser.post_form(path, &[("name", &"x".repeat(201))]).await.status, 422);
    let name = async || users::find(&app.app.db, user.id).await.unwrap().unwrap().name;
    assert_eq!(name().await, "林");
    sqlx::query("UPDATE users SET is_managed = TRUE").execute(&app.app.db).await.unwrap();
    assert_eq!(browser.post_form(path, &[("name", "Mallory")]).await.status, 403);
    assert!(!browser.get(path).await.body.contains("name=\"name\""));
    assert_eq!(name().await, "林");
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

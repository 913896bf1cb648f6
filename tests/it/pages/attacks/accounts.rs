use picket::services::accounts::recovery;
use picket::store::{api_tokens, users};
use picket::types::scope::Scope;
use serde_json::json;

use crate::support::{PASSWORD, TestApp, eventually};

fn cookie(answer: &crate::support::Answer, name: &str) -> String {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    cookies.filter(|value| value.starts_with(&format!("{name}="))).collect()
}

#[tokio::test]
async fn session_fixation() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let planted = "a".repeat(64);
    let form = [("username", user.email.as_str()), ("password", PASSWORD)];
    let browser = app.anonymous();
    let request = browser.request("POST", "/auth/login/").header("cookie", format!("picket_session={planted}"));
    let answer = browser.send(request.form(&form)).await;
    assert_eq!(answer.status, 303);
    assert!(!cookie(&answer, "picket_session").contains(&planted));
    let request = app.anonymous().request("GET", "/settings/account/details/");
    let stranger = app.anonymous().send(request.header("cookie", format!("picket_session={planted}"))).await;
    assert_eq!(stranger.status, 303);
    // Signing in again ends the session there was.
    let first = cookie(&answer, "picket_session").split(';').next().unwrap().to_owned();
    browser.post_form("/auth/login/", &form).await;
    let request = app.anonymous().request("GET", "/settings/account/details/").header("cookie", first);
    assert_eq!(app.anonymous().send(request).await.status, 303);
}

#[tokio::test]
async fn open_redirect_in_next() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    for next in
        ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"]
    {
        let form = [("username", user.email.as_str()), ("password", PASSWORD), ("next", next)];
        let browser = app.anonymous();
        assert_eq!(browser.post_form("/auth/login/", &form).await.location(), "/", "{next}");
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        assert_eq!(browser.get(&format!("/auth/login/?next={next}")).await.location(), "/", "{next}");
        assert_eq!(browser.post_form("/account/sudo/", &[("next", &next)]).await.location(), "/", "{next}");
    }
}

#[tokio::test]
async fn cookies_are_for_the_server_alone() {
    for (url, is_secure) in [("http://errors.example", false), ("https://errors.example/base", true)] {
        let app = TestApp::spawn_with(|config| url.clone_into(&mut config.system.url_prefix)).await;
        let base = if is_secure { "/base" } else { "" };
        let user = app.user("lin@example.com", false).await;
        for keep in [true, false] {
            let mut form = vec![("username", user.email.as_str()), ("password", PASSWORD)];
            form.extend(keep.then_some(("keep", "on")));
            let answer = app.anonymous().post_form(&format!("{base}/auth/login/"), &form).await;
            let cookie = cookie(&answer, "picket_session");
            assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
            assert!(cookie.contains(&format!("; Path={base}/;")), "{cookie}");
            assert_eq!((cookie.contains("; Secure"), cookie.contains("Max-Age")), (is_secure, keep), "{cookie}");
        }
    }
}

#[tokio::test]
async fn host_header_poisoning_of_recovery_links() {
    let app = TestApp::spawn_with(|config| {
        config.web.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    app.user("lin@example.com", false).await;
    let browser = app.anonymous();
    let request = browser
        .request("POST", "/account/recover/")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .form(&[("login", "lin@example.com")]);
    assert_eq!(browser.send(request).await.status, 200);
    let mails =
        eventually("the letter", async || Some(app.mails("lin@example.com").await).filter(|m| !m.is_empty())).await;
    let content = format!("{:?}", mails[0]);
    assert!(content.contains("/account/recover/confirm/") && !content.contains("evil"), "{content}");
}

#[tokio::test]
async fn header_injection_in_mail_addresses() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    for email in [
        "a@b.example\r\nBcc: all@b.example",
        "a@b.example\nX: y",
        "<a@b.example>",
        "a@b.example, c@d.example",
        "a@b\0.example",
    ] {
        let answer = browser.post_form("/settings/account/emails/", &[("email", email)]).await;
        assert_eq!(answer.status, 422, "{email:?}");
    }
    assert!(app.mails("lin@example.com").await.is_empty());
}

#[tokio::test]
async fn enumeration_of_accounts_by_recovery() {
    let app = TestApp::spawn().await;
    app.user("lin@example.com", false).await;
    let known = app.anonymous().post_form("/account/recover/", &[("login", "lin@example.com")]).await;
    let unknown = app.anonymous().post_form("/account/recover/", &[("login", "nobody@example.com")]).await;
    let plain = |body: &str| body.split("<footer").next().unwrap().to_owned();
    assert_eq!((known.status, plain(&known.body)), (unknown.status, plain(&unknown.body)));
}

#[tokio::test]
async fn token_in_the_url() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let (_, token) =
        picket::services::tokens::create(&app.app.db, project.owner.id, "ci", &[Scope::OrgRead], app.app.clock.now())
            .await
            .unwrap();
    for name in ["token", "access_token", "auth_token", "api_key", "bearer"] {
        let answer = app.anonymous().get(&format!("/api/0/organizations/acme/?{name}={token}")).await;
        assert_eq!(answer.status, 401, "{name}");
    }
    assert_eq!(app.token(&token).get("/api/0/organizations/acme/").await.status, 200);
}

#[tokio::test]
async fn mass_assignment_of_superuser_by_form() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    let form =
        [("name", "Lin"), ("is_superuser", "on"), ("isSuperuser", "true"), ("is_active", ""), ("email", "x@y.example")];
    assert_eq!(browser.post_form("/settings/account/details/", &form).await.status, 303);
    let user = users::find(&app.app.db, user.id).await.unwrap().unwrap();
    assert_eq!((user.name.as_str(), user.is_superuser, user.is_active), ("Lin", false, true));
    assert_eq!(user.email, "lin@example.com");
}

#[tokio::test]
async fn mass_assignment_of_superuser_by_api() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    for claim in [json!({"isSuperuser": true}), json!({"name": "Eve", "isActive": false})] {
        assert_eq!(browser.put_json("/api/0/users/me/", &claim).await.status, 403, "{claim}");
    }
    let body = json!({
        "name": "Lin", "is_superuser": true, "isStaff": true, "isManaged": true, "email": "x@y.example", "id": "1",
        "options": {"language": "zh", "timezone": "Asia/Shanghai"},
    });
    let answer = browser.put_json("/api/0/users/me/", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let user = users::find(&app.app.db, user.id).await.unwrap().unwrap();
    assert_eq!((user.name.as_str(), user.language.as_deref()), ("Lin", Some("zh-CN")));
    assert_eq!(user.time_zone.as_deref(), Some("Asia/Shanghai"));
    assert_eq!((user.is_superuser, user.is_active, user.is_managed), (false, true, false));
    assert_eq!(user.email, "lin@example.com");
}

#[tokio::test]
async fn taking_an_account_over_by_a_token() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", true).await;
    let script = app.script(&user, &Scope::ALL).await;
    for (method, path, body) in [
        ("PUT", "/users/me/", json!({"name": "x"})),
        ("DELETE", "/users/me/", json!({})),
        ("POST", "/users/me/emails/", json!({"email": "x@y.example"})),
        (
            "PUT",
            "/users/me/password/",
            json!({"password": PASSWORD, "passwordNew": "new horse", "passwordVerify": "new horse"}),
        ),
        ("POST", "/api-tokens/", json!({"scopes": ["org:admin"]})),
        ("GET", "/api-tokens/", json!({})),
        ("PUT", "/auth/", json!({"password": PASSWORD})),
        ("GET", "/users/", json!({})),
    ] {
        let request = script.request(method, &format!("/api/0{path}")).json(&body);
        assert_eq!(script.send(request).await.status, 403, "{method} {path}");
    }
}

#[tokio::test]
async fn disabled_users_sessions_tokens_and_links() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let browser = app.sign_in(&project.owner).await;
    let script = app.script(&project.owner, &[Scope::OrgRead]).await;
    let path = {
        let mut db = app.app.db.acquire().await.unwrap();
        recovery::make_link(&mut db, project.owner.id, app.app.clock.now()).await.unwrap()
    };
    users::update_is_active(&app.app.db, project.owner.id, false, "other").await.unwrap();
    assert_eq!(browser.get("/settings/account/details/").await.status, 303);
    assert_eq!(browser.get("/api/0/organizations/acme/").await.status, 401);
    assert_eq!(script.get("/api/0/organizations/acme/").await.status, 401);
    assert_eq!(app.anonymous().get(&path).await.status, 410);
    let form = [("username", project.owner.email.as_str()), ("password", PASSWORD)];
    assert_eq!(app.anonymous().post_form("/auth/login/", &form).await.status, 422);
    // The session did not wait for the account to be enabled again.
    users::update_is_active(&app.app.db, project.owner.id, true, "another").await.unwrap();
    assert_eq!(browser.get("/settings/account/details/").await.status, 303);
}

#[tokio::test]
async fn deleted_users_tokens() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let script = app.script(&user, &[Scope::OrgRead]).await;
    assert_eq!(script.get("/api/0/organizations/").await.status, 200);
    sqlx::query("DELETE FROM users WHERE id = $1").bind(user.id.0).execute(&app.app.db).await.unwrap();
    assert_eq!(script.get("/api/0/organizations/").await.status, 401);
    assert!(api_tokens::list(&app.app.db, user.id).await.unwrap().is_empty());
}

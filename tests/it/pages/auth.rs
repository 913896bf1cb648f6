use picket::store::users;

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
async fn sign_ins_are_limited_per_minute_with_a_visible_wait() {
    let app = TestApp::spawn_with(|config| config.auth.ip_rate_limit = 2).await;
    app.user("lin@example.com", false).await;
    let browser = app.anonymous();
    let form = [("username", "lin@example.com"), ("password", "wrong")];
    for expected in [422, 422, 429] {
        assert_eq!(browser.post_form("/auth/login/", &form).await.status, expected);
    }
    let refused = browser.post_form("/auth/login/", &form).await;
    let seconds: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds) && refused.body.contains(&format!("Try again in {seconds} s")));
}

/// The attack: guessing one account's password from many addresses, under each of its names.
#[tokio::test]
async fn brute_force_over_many_addresses_is_limited() {
    let app = TestApp::spawn_with(|config| config.web.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let user = app.user("lin@example.com", false).await;
    sqlx::query("UPDATE users SET username = 'lin' WHERE id = $1").bind(user.id.0).execute(&app.app.db).await.unwrap();
    for login in ["lin@example.com", "nobody@example.com"] {
        for attempt in 0..12 {
            let names = if login.starts_with("lin") { ["lin@example.com", " LIN "] } else { [login, login] };
            let form = [("username", names[attempt % 2]), ("password", "wrong")];
            let request = app.anonymous().request("POST", "/auth/login/").form(&form);
            let answer = app.anonymous().send(request.header("x-forwarded-for", format!("198.51.100.{attempt}"))).await;
            assert_eq!(answer.status, if attempt < 10 { 422 } else { 429 }, "{login} {attempt}");
        }
    }
    let right = [("username", "lin"), ("password", crate::support::PASSWORD)];
    assert_eq!(app.anonymous().post_form("/auth/login/", &right).await.status, 429);
}

#[tokio::test]
async fn what_succeeds_is_no_attempt() {
    let app = TestApp::spawn_with(|config| config.auth.user_rate_limit = 2).await;
    let user = app.user("lin@example.com", false).await;
    for _ in 0..5 {
        app.sign_in(&user).await;
    }
    let form = [("username", "lin@example.com"), ("password", "wrong")];
    for expected in [422, 422, 429] {
        assert_eq!(app.anonymous().post_form("/auth/login/", &form).await.status, expected);
    }
}

#[tokio::test]
async fn passwords_of_imported_accounts_are_hashed_anew_at_sign_in() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    // Of `correct horse`, as Django wrote it.
    let django = "pbkdf2_sha256$12000$aBcDeFgHiJkL$qGhzxUVl+JXV3kgwMqnMqpjKQnzNcEi0/jBp/vgXhvk=";
    sqlx::query("UPDATE users SET password_hash = $1").bind(django).execute(&app.app.db).await.unwrap();
    for _ in 0..2 {
        app.sign_in(&user).await;
        let user = users::find(&app.app.db, user.id).await.unwrap().unwrap();
        assert!(user.password_hash.unwrap().starts_with("$argon2id$"));
    }
}

#[tokio::test]
async fn a_name_that_cannot_be_stored_is_nobodys() {
    let app = TestApp::spawn().await;
    for name in ["a\0b".to_owned(), "x".repeat(100_000), String::new()] {
        let form = [("username", name.as_str()), ("password", "wrong")];
        assert_eq!(app.anonymous().post_form("/auth/login/", &form).await.status, 422);
    }
}

use chrono::TimeDelta;
use picket::store::users;

use crate::support::{PASSWORD, TestApp, eventually};

/// The path of the button in the latest letter of a kind.
async fn link(app: &TestApp, to: &str, kind: &str) -> String {
    eventually("the letter", async || {
        let mails = app.mails(to).await;
        let mail = mails.iter().rev().find(|mail| mail.kind == kind)?;
        mail.path.clone()
    })
    .await
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_once() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let elsewhere = app.sign_in(&user).await;
    let browser = app.anonymous();
    assert!(browser.get("/account/recover/").await.body.contains("sends no mail yet"));
    let asked = browser.post_form("/account/recover/", &[("login", " LIN@example.com ")]).await;
    assert!(asked.status == 200 && asked.body.contains("If there is such an account"));
    let path = link(&app, "lin@example.com", "recover").await;

    assert!(browser.get(&path).await.body.contains("A password has 6 to 256 characters"));
    for (password, repeated, status) in
        [("short", "short", 422), ("new horse", "other", 422), ("new horse", "new horse", 303)]
    {
        let form = [("password", password), ("repeated", repeated)];
        assert_eq!(browser.post_form(&path, &form).await.status, status, "{password}");
    }
    assert_eq!(browser.get("/settings/account/details/").await.status, 200);
    assert_eq!(elsewhere.get("/settings/account/details/").await.status, 303);
    assert_eq!(app.mails("lin@example.com").await.last().unwrap().kind, "password-changed");

    let form = [("password", "third horse"), ("repeated", "third horse")];
    assert_eq!(app.anonymous().post_form(&path, &form).await.status, 410);
    let form = [("username", "lin@example.com"), ("password", "new horse")];
    assert_eq!(app.anonymous().post_form("/auth/login/", &form).await.status, 303);
}

#[tokio::test]
async fn links_end_after_two_days_and_with_the_next_one() {
    let app = TestApp::spawn().await;
    app.user("lin@example.com", false).await;
    let browser = app.anonymous();
    browser.post_form("/account/recover/", &[("login", "lin@example.com")]).await;
    let first = link(&app, "lin@example.com", "recover").await;
    browser.post_form("/account/recover/", &[("login", "lin@example.com")]).await;
    let second = eventually("the next letter", async || {
        Some(link(&app, "lin@example.com", "recover").await).filter(|path| *path != first)
    })
    .await;
    assert_eq!((browser.get(&first).await.status, browser.get(&second).await.status), (410, 200));
    app.app.clock.advance(TimeDelta::hours(49));
    let expired = browser.get(&second).await;
    assert!(expired.status == 410 && expired.body.contains("older than 48 hours"));
}

#[tokio::test]
async fn links_are_limited_per_address() {
    let app = TestApp::spawn().await;
    for expected in [200, 200, 200, 200, 200, 429] {
        let answer = app.anonymous().post_form("/account/recover/", &[("login", "nobody")]).await;
        assert_eq!(answer.status, expected);
    }
}

#[tokio::test]
async fn managed_and_disabled_accounts_get_no_link() {
    let app = TestApp::spawn().await;
    for (email, change) in [("a@example.com", "is_managed = TRUE"), ("b@example.com", "is_active = FALSE")] {
        app.user(email, false).await;
        let query = format!("UPDATE users SET {change} WHERE email = $1");
        sqlx::query(sqlx::AssertSqlSafe(query)).bind(email).execute(&app.app.db).await.unwrap();
        assert_eq!(app.anonymous().post_form("/account/recover/", &[("login", email)]).await.status, 200);
    }
    app.user("c@example.com", false).await;
    app.anonymous().post_form("/account/recover/", &[("login", "c@example.com")]).await;
    link(&app, "c@example.com", "recover").await;
    assert!(app.mails("a@example.com").await.is_empty() && app.mails("b@example.com").await.is_empty());
}

#[tokio::test]
async fn an_expired_password_is_replaced_at_once() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    sqlx::query("UPDATE users SET is_password_expired = TRUE").execute(&app.app.db).await.unwrap();
    let browser = app.anonymous();
    let form = [("username", "lin@example.com"), ("password", PASSWORD)];
    let answer = browser.post_form("/auth/login/", &form).await;
    assert!(answer.location().starts_with(&format!("/account/recover/confirm/{}/", user.id)), "{}", answer.location());
    assert_eq!(browser.get("/settings/account/details/").await.status, 303);
    let form = [("password", "new horse"), ("repeated", "new horse")];
    assert_eq!(browser.post_form(answer.location(), &form).await.status, 303);
    assert_eq!(browser.get("/settings/account/details/").await.status, 200);
    assert!(!users::find(&app.app.db, user.id).await.unwrap().unwrap().is_password_expired);
}

/// The attack: filling somebody's mailbox, and shutting each link before it is read, from many addresses.
#[tokio::test]
async fn letters_to_one_account_are_limited_whoever_asks() {
    let app = TestApp::spawn_with(|config| config.web.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let user = app.user("lin@example.com", false).await;
    let mut answers = Vec::new();
    for asker in 1..=6 {
        let client = app.anonymous();
        let request = client.request("POST", "/account/recover/").form(&[("login", "lin@example.com")]);
        let answer = client.send(request.header("x-forwarded-for", format!("198.51.100.{asker}"))).await;
        answers.push((answer.status, answer.body.contains("If there is such an account")));
    }
    assert!(answers.iter().all(|answer| *answer == (200, true)), "nobody learns of it: {answers:?}");
    eventually("every request", async || {
        let who = user.id.to_string();
        (app.app.redis.count_attempt("recover-account", &who).await.unwrap().count > 6).then_some(())
    })
    .await;
    assert_eq!(app.mails("lin@example.com").await.len(), 2);
}

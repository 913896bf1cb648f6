use chrono::TimeDelta;
use picket::store::user_emails;

use crate::support::{PASSWORD, TestApp};

const PATH: &str = "/settings/account/emails/";

#[tokio::test]
async fn an_address_counts_once_its_owner_has_confirmed_it() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    assert_eq!(browser.post_form(PATH, &[("email", "Second@example.com")]).await.status, 303);
    assert_eq!(browser.post_form(PATH, &[("email", "second@EXAMPLE.com")]).await.status, 422);
    let emails = user_emails::list(&app.app.db, user.id).await.unwrap();
    let second = emails.iter().find(|email| email.email == "Second@example.com").unwrap();
    assert!(!second.is_verified);
    assert_eq!(browser.post_form(&format!("{PATH}{}/primary/", second.id), &[]).await.status, 422);
    let form = [("username", "second@example.com"), ("password", PASSWORD)];
    assert_eq!(app.anonymous().post_form("/auth/login/", &form).await.status, 422);

    let first = app.mails("second@example.com").await[0].path.clone().unwrap();
    assert_eq!(browser.post_form(&format!("{PATH}{}/resend/", second.id), &[]).await.status, 303);
    let link = app.mails("second@example.com").await[1].path.clone().unwrap();
    assert_eq!(app.anonymous().get(&first).await.status, 410);
    assert!(app.anonymous().get(&link).await.body.contains("Is Second@example.com your address?"));
    assert_eq!(app.anonymous().post_form(&link, &[]).await.status, 200);
    assert_eq!(app.anonymous().post_form(&link, &[]).await.status, 410);

    assert_eq!(app.anonymous().post_form("/auth/login/", &form).await.status, 303);
    assert_eq!(browser.post_form(&format!("{PATH}{}/primary/", second.id), &[]).await.status, 303);
    assert_eq!(app.mails("lin@example.com").await.last().unwrap().kind, "primary-email-changed");
    assert_eq!(browser.post_form(&format!("{PATH}{}/remove/", second.id), &[]).await.status, 422);
    let old = emails.iter().find(|email| email.email == "lin@example.com").unwrap();
    assert_eq!(browser.post_form(&format!("{PATH}{}/remove/", old.id), &[]).await.status, 303);
    let stranger = app.sign_in(&app.user("mallory@example.com", false).await).await;
    for action in ["resend", "primary", "remove"] {
        assert_eq!(stranger.post_form(&format!("{PATH}{}/{action}/", second.id), &[]).await.status, 404);
    }
}

#[tokio::test]
async fn letters_that_ask_are_limited_and_end() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    for n in 0..11 {
        let email = format!("a{n}@example.com");
        assert_eq!(browser.post_form(PATH, &[("email", &email)]).await.status, if n < 10 { 303 } else { 429 });
    }
    let link = app.mails("a1@example.com").await[0].path.clone().unwrap();
    app.app.clock.advance(TimeDelta::hours(49));
    assert_eq!(app.anonymous().post_form(&link, &[]).await.status, 410);
}

#[tokio::test]
async fn what_a_directory_keeps_is_read_only() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    sqlx::query("UPDATE users SET is_managed = TRUE, name = 'Lin'").execute(&app.app.db).await.unwrap();
    for path in [PATH, "/settings/account/details/", "/settings/account/security/"] {
        assert!(browser.get(path).await.body.contains("directory keeps this"), "{path}");
    }
    assert_eq!(browser.post_form(PATH, &[("email", "a@example.com")]).await.status, 403);
    browser.post_form("/settings/account/details/", &[("name", "Mallory")]).await;
    assert!(browser.get("/settings/account/details/").await.body.contains("<dd>Lin</dd>"));
    let form = [("current", PASSWORD), ("password", "new horse"), ("repeated", "new horse")];
    assert_eq!(browser.post_form("/settings/account/security/", &form).await.status, 422);
}

#[tokio::test]
async fn several_accounts_may_share_an_address() {
    let app = TestApp::spawn().await;
    let first = app.user("first@example.com", false).await;
    let second = app.user("second@example.com", false).await;
    for user in [&first, &second] {
        let query = "INSERT INTO user_emails (user_id, email, is_verified, created_at) VALUES ($1, 'team@example.com', TRUE, now())";
        sqlx::query(query).bind(user.id.0).execute(&app.app.db).await.unwrap();
    }
    let hash = picket::services::accounts::hash_password(&app.app.config.auth, "other horse").await.unwrap();
    sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(second.id.0)
        .bind(hash)
        .execute(&app.app.db)
        .await
        .unwrap();
    for (password, name) in [(PASSWORD, "first@"), ("other horse", "second@")] {
        let browser = app.anonymous();
        let form = [("username", "team@example.com"), ("password", password)];
        assert_eq!(browser.post_form("/auth/login/", &form).await.status, 303);
        assert!(browser.get("/settings/account/details/").await.body.contains(name));
    }
}

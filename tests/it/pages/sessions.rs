use chrono::TimeDelta;

use crate::support::{Client, PASSWORD, TestApp};

const PATH: &str = "/settings/account/security/";

async fn is_signed_in(browser: &Client) -> bool {
    browser.get("/settings/account/details/").await.status == 200
}

#[tokio::test]
async fn a_new_password_signs_the_others_out() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let (here, there) = (app.sign_in(&user).await, app.sign_in(&user).await);
    let form = [("current", PASSWORD), ("password", "new horse"), ("repeated", "new horse")];
    assert_eq!(here.post_form(PATH, &form).await.status, 303);
    assert!(is_signed_in(&here).await && !is_signed_in(&there).await);
    assert_eq!(app.mails("lin@example.com").await.last().unwrap().kind, "password-changed");
}

#[tokio::test]
async fn other_browsers_are_listed_and_signed_out() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let (here, there, third) = (app.sign_in(&user).await, app.sign_in(&user).await, app.sign_in(&user).await);
    let page = here.get(PATH).await.body;
    assert_eq!((page.matches("/end/").count(), page.matches("This browser").count()), (2, 1));
    let listed =
        page.split("/sessions/").skip(1).filter_map(|rest| rest.split_once("/end/")).map(|(id, _)| id.to_owned());
    let first = listed.collect::<Vec<_>>()[0].clone();
    let stranger = app.sign_in(&app.user("mallory@example.com", false).await).await;
    assert_eq!(stranger.post_form(&format!("{PATH}sessions/{first}/end/"), &[]).await.status, 404);
    assert_eq!(here.post_form(&format!("{PATH}sessions/{first}/end/"), &[]).await.status, 303);
    assert!(is_signed_in(&here).await && is_signed_in(&there).await != is_signed_in(&third).await);
    assert_eq!(here.post_form(&format!("{PATH}sessions/end-others/"), &[]).await.status, 303);
    assert!(is_signed_in(&here).await && !is_signed_in(&there).await && !is_signed_in(&third).await);
}

#[tokio::test]
async fn dangerous_forms_ask_once_more_and_keep_what_was_typed() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    app.app.clock.advance(TimeDelta::hours(4));
    let path = "/settings/account/emails/";
    let asked = browser.post_form(path, &[("email", "a\"b@example.com")]).await;
    assert_eq!(asked.status, 403);
    let asked = browser.post_form(path, &[("email", "second@example.com")]).await;
    assert!(asked.body.contains(r#"name="email" value="second@example.com""#), "{}", asked.body);
    assert!(asked.body.contains(&format!("action=\"{path}\"")));
    assert!(app.mails("second@example.com").await.is_empty());

    let with = |password| [("email", "second@example.com"), ("proof_password", password)];
    assert_eq!(browser.post_form(path, &with("wrong")).await.status, 422);
    assert_eq!(browser.post_form(path, &with(PASSWORD)).await.status, 303);
    assert_eq!(app.mails("second@example.com").await.len(), 1);
    // The proof counts for three hours.
    assert_eq!(browser.post_form(path, &[("email", "third@example.com")]).await.status, 303);
    app.app.clock.advance(TimeDelta::hours(4));
    for attempt in 0..11 {
        let status = browser.post_form(path, &with("wrong")).await.status;
        assert_eq!(status, if attempt < 9 { 422 } else { 429 }, "{attempt}");
    }
}

#[tokio::test]
async fn use_is_noted_every_five_minutes() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    let last_active = async || {
        let query = "SELECT last_active_at FROM users WHERE id = $1";
        let at: chrono::DateTime<chrono::Utc> =
            sqlx::query_scalar(query).bind(user.id.0).fetch_one(&app.app.db).await.unwrap();
        at
    };
    is_signed_in(&browser).await;
    let first = last_active().await;
    app.app.clock.advance(TimeDelta::minutes(4));
    is_signed_in(&browser).await;
    assert_eq!(last_active().await, first);
    app.app.clock.advance(TimeDelta::minutes(2));
    is_signed_in(&browser).await;
    assert!(last_active().await - first > TimeDelta::minutes(5));
}

#[tokio::test]
async fn an_account_is_closed_unless_it_owns_something_alone() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let (owner, path) = (app.sign_in(&project.owner).await, "/settings/account/close-account/");
    let page = owner.get(path).await;
    assert!(page.body.contains("only owner") && page.body.contains("<li>acme</li>"));
    let form = [("confirm", project.owner.username.as_str())];
    assert_eq!(owner.post_form(path, &form).await.status, 409);

    let member = app.member(&project, "lin@example.com", picket::types::role::Role::Owner, true).await;
    let browser = app.sign_in(&member).await;
    assert_eq!(browser.post_form(path, &[("confirm", "no")]).await.status, 422);
    assert_eq!(browser.post_form(path, &[("confirm", "lin@example.com")]).await.status, 303);
    assert!(!is_signed_in(&browser).await);
    let form = [("username", "lin@example.com"), ("password", PASSWORD)];
    assert_eq!(app.anonymous().post_form("/auth/login/", &form).await.location(), "/auth/reactivate/");
}

#[tokio::test]
async fn a_browser_that_was_not_used_before_is_told_of() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    for (user_agent, letters) in [("curl/8", 0), ("curl/8", 0), (firefox, 1), (firefox, 1), ("curl/8", 1)] {
        let browser = app.anonymous();
        let form = [("username", user.email.as_str()), ("password", PASSWORD)];
        let request = browser.request("POST", "/auth/login/").header("user-agent", user_agent).form(&form);
        assert_eq!(browser.send(request).await.status, 303);
        let mails = app.mails("lin@example.com").await;
        assert_eq!(mails.len(), letters, "{user_agent}");
        assert!(mails.iter().all(|mail| mail.kind == "new-sign-in" && mail.text.contains("Firefox 128")));
    }
}

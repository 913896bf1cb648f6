use chrono::TimeDelta;
use picket::services::two_factor::totp;
use picket::store::authenticators;
use picket::store::users::User;

use crate::support::{Client, PASSWORD, TestApp};

const PATH: &str = "/settings/account/security/";

/// The code of the app, some steps from now.
pub fn code(app: &TestApp, secret: &[u8], steps: i64) -> String {
    totp::code(secret, totp::step_of(app.app.clock.now()) + steps)
}

/// Adds an authenticator app; its secret, and the recovery codes as they were shown.
pub async fn enroll(app: &TestApp, browser: &Client) -> (Vec<u8>, Vec<String>) {
    assert_eq!(browser.post_form(&format!("{PATH}totp/"), &[]).await.status, 303);
    let page = browser.get(&format!("{PATH}totp/")).await.body;
    let field = page.split("id=\"secret\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let secret = totp::decode(&field.replace(' ', "")).unwrap();
    assert!(page.contains("<svg class=\"qr\""));
    let wrong = browser.post_form(&format!("{PATH}totp/confirm/"), &[("code", "000000")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("not right"));
    let form = [("code", code(app, &secret, 0))];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = browser.post_form(&format!("{PATH}totp/confirm/"), &form).await;
    assert_eq!((done.status, done.location()), (303, "/settings/account/security/codes/"));
    let page = browser.get(done.location()).await.body;
    let codes = page.split("<li>").skip(1).filter_map(|rest| rest.split_once("</li>")).map(|(code, _)| code.to_owned());
    let codes: Vec<String> = codes.filter(|code| code.len() == 9 && code.as_bytes()[4] == b'-').collect();
    assert_eq!(codes.len(), 10);
    assert_eq!(browser.get(done.location()).await.status, 303, "the codes are shown once");
    (secret, codes)
}

/// A browser after the password, before the second factor.
async fn half_signed_in(app: &TestApp, user: &User) -> Client {
    let browser = app.anonymous();
    let form = [("username", user.email.as_str()), ("password", PASSWORD), ("next", "/settings/account/emails/")];
    let answer = browser.post_form("/auth/login/", &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/auth/2fa/"));
    assert_eq!(browser.get("/settings/account/details/").await.status, 303);
    browser
}

#[tokio::test]
async fn one_time_codes_open_once() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let (here, there) = (app.sign_in(&user).await, app.sign_in(&user).await);
    let (secret, _) = enroll(&app, &here).await;
    assert_eq!(there.get(PATH).await.status, 303, "other browsers are signed out");
    assert_eq!(app.mails("lin@example.com").await.last().unwrap().kind, "two-factor-added");

    let browser = half_signed_in(&app, &user).await;
    let spent = code(&app, &secret, 0);
    assert_eq!(browser.post_form("/auth/2fa/", &[("proof_code", &spent)]).await.status, 422, "used at enrolment");
    // No password takes the place of the second factor.
    assert_eq!(browser.post_form("/auth/2fa/", &[("proof_password", PASSWORD)]).await.status, 422);
    let late = code(&app, &secret, 3);
    assert_eq!(browser.post_form("/auth/2fa/", &[("proof_code", &late)]).await.status, 422);
    let next = code(&app, &secret, 1);
    let spaced = format!("{} {}", &next[..3], &next[3..]);
    let answer = browser.post_form("/auth/2fa/", &[("proof_code", &spaced)]).await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/account/emails/"));
    assert_eq!(browser.get(PATH).await.status, 200);
    let other = half_signed_in(&app, &user).await;
    assert_eq!(other.post_form("/auth/2fa/", &[("proof_code", &next)]).await.status, 422, "replayed");
}

#[tokio::test]
async fn recovery_codes_open_once_and_end_with_the_last_factor() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    let (_, codes) = enroll(&app, &browser).await;
    let lower = codes[0].to_lowercase();
    for expected in [303, 422] {
        let other = half_signed_in(&app, &user).await;
        assert_eq!(other.post_form("/auth/2fa/", &[("proof_code", &lower)]).await.status, expected);
    }
    assert!(browser.get(PATH).await.body.contains("Left: 9 of 10"));
    let stored: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT code_hash FROM recovery_codes").fetch_all(&app.app.db).await.unwrap();
    assert!(stored.iter().all(|hash| hash.len() == 32));

    assert_eq!(browser.post_form(&format!("{PATH}codes/"), &[]).await.status, 303);
    assert_eq!(browser.get(&format!("{PATH}codes/")).await.status, 200);
    let other = half_signed_in(&app, &user).await;
    assert_eq!(other.post_form("/auth/2fa/", &[("proof_code", &codes[1])]).await.status, 422, "made anew");

    let factor = authenticators::list(&app.app.db, user.id).await.unwrap()[0].id;
    let stranger = app.sign_in(&app.user("mallory@example.com", false).await).await;
    assert_eq!(stranger.post_form(&format!("{PATH}factors/{factor}/remove/"), &[]).await.status, 404);
    assert_eq!(browser.post_form(&format!("{PATH}factors/{factor}/remove/"), &[]).await.status, 303);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM recovery_codes").fetch_one(&app.app.db).await.unwrap();
    assert_eq!(left, 0);
    app.sign_in(&user).await;
}

#[tokio::test]
async fn guessing_codes_is_limited_and_the_door_closes() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    enroll(&app, &browser).await;
    let waiting = half_signed_in(&app, &user).await;
    let statuses: Vec<u16> = {
        let mut statuses = Vec::new();
        for _ in 0..12 {
            statuses.push(waiting.post_form("/auth/2fa/", &[("proof_code", "000000")]).await.status);
        }
        statuses
    };
    // One wrong code was typed at enrolment.
    assert_eq!(statuses, [422, 422, 422, 422, 422, 422, 422, 422, 422, 429, 429, 429]);
    assert_eq!(app.anonymous().get("/auth/2fa/").await.location(), "/auth/login/");
}

#[tokio::test]
async fn a_new_password_ends_what_waits_for_the_second_factor() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    let (secret, _) = enroll(&app, &browser).await;
    let waiting = half_signed_in(&app, &user).await;
    let form = [("current", PASSWORD), ("password", "new horse"), ("repeated", "new horse")];
    assert_eq!(browser.post_form(PATH, &form).await.status, 303);
    let next = code(&app, &secret, 1);
    let answer = waiting.post_form("/auth/2fa/", &[("proof_code", &next)]).await;
    assert_eq!(answer.location(), "/auth/login/");
}

#[tokio::test]
async fn a_code_is_as_good_a_proof_as_the_password() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    let (secret, _) = enroll(&app, &browser).await;
    app.app.clock.advance(TimeDelta::hours(4));
    assert_eq!(browser.post_form(&format!("{PATH}codes/"), &[]).await.status, 403);
    let now = code(&app, &secret, 0);
    assert_eq!(browser.post_form(&format!("{PATH}codes/"), &[("proof_code", &now)]).await.status, 303);
}

#[tokio::test]
async fn keys_need_a_name_in_the_address_and_an_answer() {
    let app = TestApp::spawn().await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    assert!(browser.get(PATH).await.body.contains("need an https address"));
    assert_eq!(browser.get(&format!("{PATH}keys/")).await.status, 303);

    let app = TestApp::spawn_with(|config| config.system.url_prefix = "http://localhost:9000".to_owned()).await;
    let user = app.user("lin@example.com", false).await;
    let browser = app.sign_in(&user).await;
    assert_eq!(browser.post_form(&format!("{PATH}keys/"), &[]).await.status, 303);
    let page = browser.get(&format!("{PATH}keys/")).await.body;
    assert!(page.contains("data-security-key=\"create\"") && page.contains("localhost"));
    for (name, answer) in [("", "{}"), ("blue", "{}"), ("blue", "")] {
        let answer = browser.post_form(&format!("{PATH}keys/confirm/"), &[("name", name), ("answer", answer)]).await;
        assert_eq!(answer.status, 422, "{name}");
    }
    assert!(authenticators::list(&app.app.db, user.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_organization_that_requires_it_lets_members_in_once_they_have_it() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let browser = app.sign_in(&project.owner).await;
    sqlx::query("UPDATE organizations SET requires_two_factor = TRUE").execute(&app.app.db).await.unwrap();
    let path = "/organizations/acme/issues/";
    let sent = browser.get(path).await;
    assert_eq!((sent.status, sent.location()), (303, "/settings/account/security/?required"));
    assert!(browser.get(sent.location()).await.body.contains("requires two-factor authentication"));
    let refused = browser.get("/api/0/organizations/acme/").await;
    assert_eq!((refused.status, refused.json()["detail"]["code"].as_str()), (401, Some("2fa-required")));
    enroll(&app, &browser).await;
    assert_eq!(browser.get(path).await.status, 200);
}

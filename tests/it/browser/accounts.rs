//! Keeping one's account: recovery, an authenticator app, a security key, a fresh proof; in both languages.

use chrono::TimeDelta;
use fantoccini::Locator;
use picket::services::two_factor::totp;

use super::driver::{Browser, Script, with_browser};
use super::stage::Stage;
use crate::support::{PASSWORD, TestApp, eventually};

const SECURITY: &str = "/settings/account/security/";

/// Types the password at the door, and waits for what comes behind it.
async fn knock(browser: &Browser, email: &str, password: &str, then: &str) {
    browser.open("/auth/login/").await;
    browser.fill(&[("username", email), ("password", password)]).await;
    browser.click("button.primary").await;
    browser.wait_for(then).await;
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew() {
    let stage = Stage::new().await;
    for (script, language, password) in [(Script::On, "en", "new horse 1"), (Script::Off, "zh", "new horse 2")] {
        with_browser(stage.test.url(""), script, async |browser| {
            browser.open(&format!("/account/recover/?lang={language}")).await;
            browser.fill(&[("login", &stage.user.email)]).await;
            let before = stage.test.mails(&stage.user.email).await.len();
            browser.click("button.primary").await;
            let link = eventually("the letter", async || {
                let mails = stage.test.mails(&stage.user.email).await;
                mails.get(before..)?.iter().find(|mail| mail.kind == "recover")?.path.clone()
            })
            .await;
            browser.open(&format!("{link}?lang={language}")).await;
            let word = if language == "en" { "Choose a password" } else { "设置密码" };
            let text = browser.client.find(Locator::Css("h1")).await.expect("a title").text().await.expect("a text");
            assert_eq!(text, word);
            browser.fill(&[("password", password), ("repeated", password)]).await;
            browser.click("button.primary").await;
            let menu = browser.client.wait().for_element(Locator::Css(".user-menu")).await;
            menu.expect("who chose a password is signed in");
        })
        .await;
    }
}

#[tokio::test]
async fn an_authenticator_app_and_a_fresh_proof() {
    let stage = Stage::new().await;
    with_browser(stage.test.url(""), Script::Off, async |browser| {
        stage.sign_in(browser).await;
        stage.test.app.clock.advance(TimeDelta::hours(4));
        browser.open(SECURITY).await;
        browser.click(&format!("form[action='{SECURITY}totp/'] button")).await;
        // The proof is older than three hours.
        let field = Locator::Css("[name=proof_password]");
        browser.client.wait().for_element(field).await.expect("a question");
        browser.screenshot("confirm").await;
        browser.fill(&[("proof_password", PASSWORD)]).await;
        browser.click("button.primary").await;
        browser.client.wait().for_element(Locator::Css("svg.qr")).await.expect("a picture to scan");
        browser.screenshot("totp").await;
        let secret = browser.client.find(Locator::Css("#secret")).await.expect("the secret");
        let secret = secret.attr("value").await.expect("a value").expect("a value");
        let secret = totp::decode(&secret.replace(' ', "")).expect("base32");
        let now = || totp::step_of(stage.test.app.clock.now());
        browser.fill(&[("code", &totp::code(&secret, now()))]).await;
        browser.click("button.primary").await;
        browser.client.wait().for_element(Locator::Css(".codes")).await.expect("recovery codes");
        browser.screenshot("recovery-codes").await;
        let codes = browser.client.find_all(Locator::Css(".codes li")).await.expect("codes");
        assert_eq!(codes.len(), 10);
        let code = codes[0].text().await.expect("a code");
        browser.open(SECURITY).await;
        browser.screenshot("security").await;

        browser.client.delete_all_cookies().await.expect("signed out");
        browser.open("/auth/login/").await;
        browser.fill(&[("username", &stage.user.email), ("password", PASSWORD)]).await;
        browser.click("button.primary").await;
        let field = Locator::Css("[name=proof_code]");
        browser.client.wait().for_element(field).await.expect("the second factor");
        browser.screenshot("second-factor").await;
        browser.fill(&[("proof_code", &code)]).await;
        browser.click("button.primary").await;
        browser.client.wait().for_element(Locator::Css(".user-menu")).await.expect("somebody is signed in");
    })
    .await;
}

#[tokio::test]
async fn a_security_key_opens_the_door_and_proves_who_is_there() {
    // Browsers give out keys for names only.
    let app = TestApp::spawn_with(|config| {
        let url = config.system.url_prefix.replace("127.0.0.1", "localhost");
        config.system.url_prefix = url;
    })
    .await;
    let stage = Stage::on(app).await;
    let base = stage.test.url("").replace("127.0.0.1", "localhost");
    with_browser(base, Script::On, async |browser| {
        browser.plug_in_key().await;
        stage.sign_in(browser).await;
        browser.open(SECURITY).await;
        browser.click(&format!("form[action='{SECURITY}keys/'] button")).await;
        browser.wait_for("document.querySelector('[data-security-key]:not([hidden])')").await;
        browser.screenshot("security-key").await;
        browser.fill(&[("name", "blue")]).await;
        browser.click("[data-security-key] button").await;
        browser.wait_for("document.querySelector('.codes, .problem')").await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        browser.wait_for("document.querySelector('.codes')").await;
        assert!(browser.policy_violations().await.is_empty());

        browser.client.delete_all_cookies().await.expect("signed out");
        let asked = "document.querySelector('[data-security-key]:not([hidden])')";
        knock(browser, &stage.user.email, PASSWORD, asked).await;
        browser.click("[data-security-key] button").await;
        browser.wait_for("document.querySelector('.user-menu')").await;

        stage.test.app.clock.advance(TimeDelta::hours(4));
        browser.open(SECURITY).await;
        browser.click(&format!("form[action='{SECURITY}codes/'] button")).await;
        browser.wait_for(asked).await;
        browser.click("[data-security-key] button").await;
        browser.wait_for("document.querySelector('.codes')").await;
    })
    .await;
}

//! The first visit to a fresh installation: a mistake, the set-up, the first project, out and in again; in both
//! languages, with script and without.

use fantoccini::Locator;

use super::driver::{Browser, Script, with_browser};
use crate::support::{PASSWORD, TestApp, eventually};

async fn language(browser: &Browser) -> String {
    browser
        .client
        .find(Locator::Css("html"))
        .await
        .expect("a page")
        .attr("lang")
        .await
        .expect("lang")
        .unwrap_or_default()
}

async fn shows(browser: &Browser, text: &str) {
    let what = format!("{text} to be shown");
    eventually(&what, async || browser.client.source().await.ok().filter(|source| source.contains(text))).await;
}

struct Words {
    /// What the address of the first page says of the language.
    query: &'static str,
    tag: &'static str,
    title: &'static str,
    differ: &'static str,
    sign_in: &'static str,
}

async fn set_up(browser: &Browser, words: &Words) {
    browser.open("/").await;
    assert_eq!(browser.path().await, "/manage/setup/");
    browser.open(&format!("/manage/setup/{}", words.query)).await;
    assert_eq!(language(browser).await, words.tag);
    shows(browser, words.title).await;
    let account = [("email", "lin@acme.example"), ("name", "Lin Tao"), ("password", PASSWORD)];
    browser.fill(&account).await;
    browser.fill(&[("repeated", "another one"), ("organization", "Acme"), ("project", "Shop")]).await;
    browser.click("main form button.primary").await;
    shows(browser, words.differ).await;
    // What was typed is there still, but for the passwords.
    browser.fill(&[("password", PASSWORD), ("repeated", PASSWORD)]).await;
    browser.screenshot(&format!("first-run-{}", words.tag)).await;
    browser.click("main form button.primary").await;
    browser.wait_for_path("/getting-started/").await;
}

async fn out_and_in(browser: &Browser, words: &Words) {
    browser.click("details:has(form[action$='/auth/logout/']) > summary").await;
    browser.click("form[action$='/auth/logout/'] button").await;
    browser.wait_for_path("/auth/login/").await;
    shows(browser, words.sign_in).await;
    browser.fill(&[("username", "lin@acme.example"), ("password", PASSWORD)]).await;
    browser.click("main form button.primary").await;
    browser.wait_for_path("/organizations/acme/issues/").await;
    browser.open("/manage/").await;
    assert_eq!(browser.path().await, "/manage/", "whoever set it up administers it");
    assert_eq!(language(browser).await, words.tag);
    browser.open("/manage/setup/").await;
    assert_eq!(browser.path().await, "/manage/", "it is set up once");
}

#[tokio::test]
async fn a_fresh_installation_is_set_up() {
    for script in [Script::On, Script::Off] {
        for words in [
            Words { query: "", tag: "en", title: "Set up", differ: "differ", sign_in: "Sign in" },
            Words { query: "?lang=zh", tag: "zh-CN", title: "初始设置", differ: "不一致", sign_in: "登录" },
        ] {
            let app = TestApp::spawn().await;
            with_browser(app.url(""), script, async |browser| {
                set_up(browser, &words).await;
                shows(browser, "Shop").await;
                out_and_in(browser, &words).await;
            })
            .await;
        }
    }
}

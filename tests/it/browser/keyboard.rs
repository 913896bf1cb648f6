//! Keys: triage without a mouse, ways through the site, help, and the switch that turns them off.

use picket::store::preferences::{self, Preferences};

use super::driver::{Browser, Script, with_browser};
use super::listed;
use super::stage::Stage;

#[tokio::test]
async fn triage_needs_only_the_keyboard() {
    let stage = Stage::new().await;
    stage.send_issues(3).await;
    with_browser(stage.test.url(""), Script::On, async |browser| {
        browser.resize(1360, 900).await;
        stage.sign_in(browser).await;
        browser.open("/acme/shop/").await;
        assert_eq!(listed(browser).await, 3);
        browser.press("jj").await;
        browser.press("o").await;
        browser.wait_for("location.pathname.startsWith('/organizations/acme/issues/')").await;
        browser.press("r").await;
        browser.wait_for("document.querySelector('.strip form')").await;
        browser.open("/acme/shop/").await;
        assert_eq!(listed(browser).await, 2, "the issue is resolved");
        browser.press("jxr").await;
        browser.wait_for("document.querySelectorAll('[data-issue]').length === 1").await;
        browser.press("z").await;
        browser.wait_for("document.querySelectorAll('[data-issue]').length === 2").await;
    })
    .await;
}

#[tokio::test]
async fn keys_lead_through_the_site_and_explain_themselves() {
    let stage = Stage::new().await;
    stage.send_issues(1).await;
    with_browser(stage.test.url(""), Script::On, async |browser| {
        stage.sign_in(browser).await;
        for (keys, path) in [
            ("gp", "/organizations/acme/projects/"),
            ("gi", "/organizations/acme/issues/"),
            ("gm", "/organizations/acme/issues/assigned/"),
            ("ga", "/manage/"),
        ] {
            browser.open("/acme/shop/").await;
            browser.press(keys).await;
            browser.wait_for(&format!("location.pathname + location.search === '{path}'")).await;
        }
        // Also from a page of no organization: to the one visited last.
        browser.press("gp").await;
        browser.wait_for("location.pathname === '/organizations/acme/projects/'").await;
        // Each page explains its own keys.
        let issue = format!("/organizations/acme/issues/{}/", stage.latest_issue().await);
        for (page, groups) in [("/manage/", 1), ("/acme/shop/", 2), (&*issue, 2)] {
            browser.open(page).await;
            browser.press("?").await;
            browser.wait_for("document.querySelector('dialog[open] kbd')").await;
            browser.screenshot(&format!("keys-{}", page.replace('/', "_"))).await;
            let sections = browser.evaluate("return document.querySelectorAll('dialog h3').length").await;
            assert_eq!(sections, groups, "{page}");
            // What lies behind hears no keys; Esc leads back.
            browser.press("gp").await;
            browser.press("\u{e00c}").await;
            browser.wait_for("!document.querySelector('dialog')").await;
            assert_eq!(browser.path().await, page);
        }
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn who_switched_keys_off_has_none() {
    let stage = Stage::new().await;
    stage.send_issues(2).await;
    with_browser(stage.test.url(""), Script::On, async |browser| {
        stage.sign_in(browser).await;
        browser.open("/settings/account/appearance/").await;
        browser.click("#shortcuts_enabled").await;
        browser.click("main form button.primary").await;
        browser.wait_for("!('shortcuts' in document.body.dataset)").await;
        browser.open("/acme/shop/").await;
        for keys in ["gp", "?", "jo", "jx", "/"] {
            browser.press(keys).await;
        }
        assert_eq!(browser.path().await, "/acme/shop/");
        assert_eq!(traces(browser).await, 0, "a key did something");
        switch_on(&stage).await;
        browser.open("/acme/shop/").await;
        browser.press("jx").await;
        assert!(traces(browser).await > 0, "the keys work again");
    })
    .await;
}

/// What keys leave behind: a dialog, a current row, a tick, the focus.
async fn traces(browser: &Browser) -> u64 {
    let script = "return document.querySelectorAll('dialog,.issue.current,input[name=id]:checked').length
        + (document.activeElement !== document.body ? 1 : 0)";
    browser.evaluate(script).await.as_u64().expect("a number")
}

async fn switch_on(stage: &Stage) {
    let chosen = Preferences { theme: "light", ..Preferences::of(&stage.user) };
    preferences::update(&stage.test.app.db, stage.user.id, &chosen).await.expect("preferences are kept");
}

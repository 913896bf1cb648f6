//! Searching: completion by the keyboard, and saving what is shown.

use super::driver::{Script, with_browser};
use super::listed;
use super::stage::{Look, Stage};

const ENTER: char = '\u{e007}';
const DOWN: char = '\u{e015}';
const ESCAPE: char = '\u{e00c}';

#[tokio::test]
async fn searches_are_completed_and_saved() {
    let stage = Stage::new().await;
    stage.send_issues(2).await;
    for (language, saved) in [("en", "Mails"), ("zh-CN", "邮件")] {
        stage.look(Look { language, theme: "light", density: "cozy" }).await;
        with_browser(stage.test.url(""), Script::On, async |browser| {
            browser.resize(1360, 900).await;
            stage.sign_in(browser).await;
            browser.open("/acme/shop/?query=").await;
            assert_eq!(listed(browser).await, 2);
            browser.click("[data-complete]").await;
            browser.press("que").await;
            browser.wait_for("document.querySelector('#completion [data-insert=\"queue:\"]')").await;
            browser.screenshot(&format!("completion-{language}")).await;
            browser.press(&format!("{DOWN}{ENTER}")).await;
            browser.wait_for("document.querySelector('#completion [data-insert=\"queue:mail\"]')").await;
            assert_eq!(browser.evaluate("return document.querySelector('[data-complete]').value").await, "queue:");
            let role = "const i = document.querySelector('[data-complete]'); return [i.role, i.getAttribute('aria-expanded')].join()";
            assert_eq!(browser.evaluate(role).await, "combobox,true");
            browser.press(&format!("{DOWN}{ENTER}")).await;
            assert_eq!(browser.evaluate("return document.querySelector('[data-complete]').value").await, "queue:mail ");
            browser.press(&format!("is:{ESCAPE}")).await;
            browser.wait_for("document.querySelector('#completion').hidden").await;
            browser.press(&format!("unresolved{ENTER}")).await;
            browser.wait_for("location.search.includes('queue%3Amail')").await;
            assert_eq!(listed(browser).await, 2);
            browser.click(".searches > summary").await;
            browser.click(".save-search [name=name]").await;
            browser.press(saved).await;
            browser.screenshot(&format!("save-search-{language}")).await;
            browser.click(".save-search button").await;
            browser.wait_for(&format!("document.querySelector('.searches').textContent.includes('{saved}')")).await;
            assert_eq!(browser.policy_violations().await, [""; 0]);
        })
        .await;
    }
}

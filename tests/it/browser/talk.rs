//! Commenting and hearing of news, as people do it.

use fantoccini::Locator;

use super::driver::{Script, with_browser};
use super::stage::{Look, Stage};

#[tokio::test]
async fn comments_are_written_in_both_languages() {
    let stage = Stage::new().await;
    stage.send_issues(1).await;
    let page = format!("/organizations/acme/issues/{}/activity/", stage.latest_issue().await);
    with_browser(stage.test.url(""), Script::On, async |browser| {
        stage.sign_in(browser).await;
        for (language, said) in [("en", "wrote:"), ("zh-CN", "写道：")] {
            stage.look(Look { language, theme: "light", density: "cozy" }).await;
            browser.open(&page).await;
            browser.click("#comment").await;
            browser.press(&format!("{language}: ask @ow")).await;
            browser.wait_for("document.querySelector('.suggestions [aria-selected=true]')").await;
            browser.press("\u{e007}").await;
            browser.wait_for("document.querySelector('#comment').value.endsWith('@owner ')").await;
            browser.click("button[value=save]").await;
            // The one of the other language is there already.
            let written =
                format!("document.querySelector('.activity .markdown')?.textContent.startsWith('{language}:')");
            browser.wait_for(&written).await;
            assert!(
                browser.client.find(Locator::Css(".activity .markdown .mention")).await.is_ok(),
                "somebody is called"
            );
            let list = browser.client.find(Locator::Css(".activity")).await.expect("the history").text().await.unwrap();
            assert!(list.contains(said) && list.contains(&format!("{language}: ask @owner")), "{list}");
            assert_eq!(browser.policy_violations().await, Vec::<String>::new());
        }
    })
    .await;
}

#[tokio::test]
async fn comments_are_previewed_without_script() {
    let stage = Stage::new().await;
    stage.send_issues(1).await;
    let page = format!("/organizations/acme/issues/{}/activity/", stage.latest_issue().await);
    with_browser(stage.test.url(""), Script::Off, async |browser| {
        stage.sign_in(browser).await;
        browser.open(&page).await;
        let field = browser.client.find(Locator::Css("#comment")).await.expect("a field");
        field.send_keys("It is the **cart**").await.expect("a text");
        browser.click("button[value=preview]").await;
        let preview = browser.client.wait().for_element(Locator::Css(".comment .markdown strong")).await;
        assert_eq!(preview.expect("a preview").text().await.unwrap(), "cart");
        browser.click("button[value=save]").await;
        let said = browser.client.wait().for_element(Locator::Css(".activity .markdown strong")).await;
        assert_eq!(said.expect("the comment").text().await.unwrap(), "cart");
    })
    .await;
}

#[tokio::test]
async fn lists_and_issues_tell_of_news() {
    let stage = Stage::new().await;
    stage.send_issues(2).await;
    let look_again = "document.dispatchEvent(new Event('visibilitychange'))";
    with_browser(stage.test.url(""), Script::On, async |browser| {
        stage.look(Look { language: "en", theme: "light", density: "cozy" }).await;
        stage.sign_in(browser).await;
        browser.open("/acme/shop/").await;
        browser.evaluate(&format!("{look_again}; return 1")).await;
        assert_eq!(browser.evaluate("return document.querySelector('.news').hidden").await, true);
        let order = "return Array.from(document.querySelectorAll('.title')).map(title => title.href).join()";
        let before = browser.evaluate(order).await;
        stage.send_numbered("Failure00", 10).await;
        stage.send_numbered("Fresh", 10).await;
        browser.evaluate(&format!("{look_again}; return 1")).await;
        browser.wait_for("document.querySelector('.news').textContent.includes('1 new, 1 changed')").await;
        assert_eq!(browser.evaluate(order).await, before, "nothing moves under the reader's eyes");
        browser.click(".news a").await;
        browser.wait_for("document.querySelectorAll('[data-issue]').length === 3").await;

        browser.press("jj\u{e007}").await;
        browser.wait_for("document.querySelector('[data-issue-page]')").await;
        browser.wait_for("!document.querySelector('[data-neighbours]').hidden").await;
        let issue = browser.path().await;
        browser.press("j").await;
        browser
            .wait_for(&format!("document.querySelector('[data-issue-page]') && location.pathname !== '{issue}'"))
            .await;
        browser.press("k").await;
        browser
            .wait_for(&format!("document.querySelector('[data-issue-page]') && location.pathname === '{issue}'"))
            .await;
        browser.press("u").await;
        browser.wait_for("document.querySelectorAll('[data-issue]')[1]?.classList.contains('current')").await;
    })
    .await;
}

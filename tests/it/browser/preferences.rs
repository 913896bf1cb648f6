//! Language and theme, switched from the top bar; with script and without.

use super::driver::{Script, with_browser};
use super::stage::Stage;

#[tokio::test]
async fn language_and_theme_are_switched_on_any_page() {
    let stage = Stage::new().await;
    stage.send_issues(1).await;
    for script in [Script::On, Script::Off] {
        with_browser(stage.test.url(""), script, async |browser| {
            stage.sign_in(browser).await;
            let page = format!("/organizations/acme/issues/{}/?stack=full", stage.latest_issue().await);
            browser.open(&page).await;
            for (field, value, attribute) in [
                ("language", "zh-CN", "lang"),
                ("theme", "dark", "data-theme"),
                ("language", "en", "lang"),
                ("theme", "auto", "data-theme"),
            ] {
                let button = format!("button[name={field}][value={value}]");
                browser.click(&format!("details:has({button}) > summary")).await;
                browser.click(&button).await;
                browser
                    .client
                    .wait()
                    .for_element(fantoccini::Locator::Css(&format!("html[{attribute}={value}]")))
                    .await
                    .expect("the choice holds");
                let address = browser.client.current_url().await.expect("a page");
                assert!(address.as_str().ends_with(&page), "{address} is another page");
            }
        })
        .await;
    }
}

//! Everything that people read, and acting on many issues at once, without a line of script.

use fantoccini::Locator;

use super::driver::{Browser, Script, with_browser};
use super::stage::{Look, Stage};
use crate::support::TestApp;

/// What the browser says about pages that are not there, which is no fault of theirs.
const NOT_FOUND: &str = "404 (Not Found)";

#[tokio::test]
async fn every_page_reads_without_script() {
    let stage = Stage::new().await;
    stage.send_issues(2).await;
    with_browser(stage.test.url(""), Script::Off, async |browser| {
        stage.sign_in(browser).await;
        for language in ["en", "zh-CN"] {
            stage.look(Look { language, theme: "light", density: "cozy" }).await;
            for page in stage.pages().await {
                browser.open(&page).await;
                let heading = browser.client.find(Locator::Css("h1")).await.expect("a heading").text().await;
                assert!(!heading.expect("a text").is_empty(), "{page}");
                let refused: Vec<_> =
                    browser.complaints().await.into_iter().filter(|text| !text.contains(NOT_FOUND)).collect();
                assert_eq!(refused, Vec::<String>::new(), "{page}");
            }
        }
        // The filter of platforms is the script's: it would show.
        browser.open("/acme/empty/getting-started/").await;
        assert!(browser.client.find(Locator::Css(".filter.hidden")).await.is_ok(), "a script ran");
        // Making a project ends on its instructions, where the box waits by reloading the page.
        browser.open("/organizations/acme/projects/new/").await;
        let form = browser.client.form(Locator::Css("main form")).await.expect("a form");
        form.set_by_name("name", "Made without script").await.expect("a field");
        form.submit().await.expect("the form is sent");
        // A busy browser answers before it has left the form.
        browser.client.wait().for_element(Locator::Css(".live-waiting")).await.expect("the box waits");
        assert_eq!(browser.path().await, "/acme/made-without-script/getting-started/");
        let source = browser.client.source().await.expect("the page");
        assert!(source.contains("http-equiv=\"refresh\""), "{source}");
    })
    .await;
}

#[tokio::test]
async fn an_installation_is_set_up_and_left_without_script() {
    let fresh = TestApp::spawn().await;
    with_browser(fresh.url(""), Script::Off, async |browser| {
        browser.open("/").await;
        assert_eq!(browser.path().await, "/manage/setup/");
        let form = browser.client.form(Locator::Css("form")).await.expect("a form");
        let password = "correct horse";
        for (field, value) in [
            ("email", "lin@example.com"),
            ("password", password),
            ("repeated", password),
            ("organization", "Acme"),
            ("project", "Shop"),
        ] {
            form.set_by_name(field, value).await.expect("a field");
        }
        form.submit().await.expect("the form is sent");
        waits_for(browser, ".live-waiting").await;
        assert_eq!(browser.path().await, "/acme/shop/getting-started/");
        // The suggested address is the one the browser used.
        reads(browser, &format!("@{}/", fresh.address)).await;
        browser.click(".user-menu > summary").await;
        browser.click(".user-menu button").await;
        waits_for(browser, "input[name=username]").await;
        browser.open("/acme/shop/").await;
        assert_eq!(browser.path().await, "/auth/login/", "signed out");
    })
    .await;
}

/// Waits for the page that says the text.
pub async fn reads(browser: &Browser, text: &str) {
    for _ in 0..200 {
        if let Ok(main) = browser.client.find(Locator::Css("body")).await
            && main.text().await.is_ok_and(|shown| shown.contains(text))
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{} does not say {text:?}", browser.client.current_url().await.expect("a page"));
}

pub async fn count(browser: &Browser, selector: &str) -> usize {
    browser.client.find_all(Locator::Css(selector)).await.expect("a selector").len()
}

pub async fn waits_for(browser: &Browser, selector: &str) {
    browser
        .client
        .wait()
        .for_element(Locator::Css(selector))
        .await
        .unwrap_or_else(|error| panic!("{selector}: {error}"));
}

/// Follows the link with this text.
async fn follow(browser: &Browser, text: &str) {
    let link = browser.client.wait().for_element(Locator::LinkText(text)).await;
    link.unwrap_or_else(|error| panic!("no link {text}: {error}")).click().await.expect("it can be seen");
}

#[tokio::test]
async fn lists_are_searched_sorted_and_paged_without_script() {
    let stage = Stage::new().await;
    stage.send_issues(27).await;
    with_browser(stage.test.url(""), Script::Off, async |browser| {
        browser.resize(1360, 900).await;
        stage.sign_in(browser).await;
        browser.open("/acme/shop/").await;
        assert_eq!(count(browser, "[data-issue]").await, 25);
        browser.click("a[rel=next]").await;
        reads(browser, "Failure00").await;
        assert_eq!(count(browser, "[data-issue]").await, 2);
        browser.click("a[rel=prev]").await;
        reads(browser, "Failure26").await;
        browser.click(".sort > summary").await;
        follow(browser, "First seen").await;
        reads(browser, "Sort: First seen").await;
        follow(browser, "14d").await;
        waits_for(browser, ".graph-head a[aria-current][href*=\"14d\"]").await;
        let form = browser.client.form(Locator::Css("form.search")).await.expect("a form");
        form.set_by_name("query", "Failure07").await.expect("a field");
        form.submit().await.expect("the form is sent");
        waits_for(browser, ".issue-rows > :only-child").await;
        follow(browser, "Resolved").await;
        waits_for(browser, ".empty").await;
        browser.open("/acme/shop/").await;
        let choice = browser.client.find(Locator::Css("select[name=environment]")).await.expect("a menu");
        choice.select_by_label("production").await.expect("an environment");
        browser.click(".environment button").await;
        waits_for(browser, "select[name=environment] option[selected]").await;
        let address = browser.client.current_url().await.expect("a page");
        assert!(address.as_str().contains("environment=production"), "{address}");
    })
    .await;
}

#[tokio::test]
async fn an_issue_is_read_without_script() {
    let stage = Stage::new().await;
    for number in 0..3 {
        stage.send_numbered("Failure", number).await;
    }
    let path = format!("/organizations/acme/issues/{}/", stage.latest_issue().await);
    with_browser(stage.test.url(""), Script::Off, async |browser| {
        browser.resize(1360, 900).await;
        stage.sign_in(browser).await;
        browser.open("/acme/shop/").await;
        browser.click(".issue .title").await;
        reads(browser, "3 of 3 stored").await;
        assert_eq!(browser.path().await, path);
        // From event to event.
        follow(browser, "Older").await;
        reads(browser, "2 of 3 stored").await;
        browser.click("a[data-key=\"{\"]").await;
        reads(browser, "1 of 3 stored").await;
        follow(browser, "Newer").await;
        reads(browser, "2 of 3 stored").await;
        browser.click("a[data-key=\"}\"]").await;
        reads(browser, "3 of 3 stored").await;
        // The stack trace in its forms; what folds, unfolds.
        follow(browser, "Raw").await;
        reads(browser, "Traceback (most recent call last):").await;
        follow(browser, "Full").await;
        reads(browser, "flask/app.py in main").await;
        follow(browser, "most recent call first").await;
        reads(browser, "most recent call last").await;
        browser.open(&path).await;
        browser.click("#request details:not([open]) > summary").await;
        waits_for(browser, "#request details[open] #curl").await;
        // The tabs.
        for (tab, says) in [("activity", "First seen"), ("tags", "queue"), ("grouping", "✓"), ("events", "shop@1.0.0")]
        {
            browser.click(&format!(".tabs a[href$=\"/{tab}/\"]")).await;
            waits_for(browser, &format!(".tabs a[aria-current][href$=\"/{tab}/\"]")).await;
            reads(browser, says).await;
        }
        browser.click("table.events a").await;
        reads(browser, "of 3 stored").await;
        browser.click(".meter").await;
        reads(browser, "%").await;
        // Other forms of the event.
        for ending in [".txt", ".md"] {
            let address = browser.client.find(Locator::Css("a[data-markdown]")).await;
            if address.is_err() {
                browser.open(&path).await;
            }
            let link = browser.client.find(Locator::Css(&format!("a[href$=\"{ending}\"]"))).await.expect("a link");
            link.click().await.expect("it can be seen");
            reads(browser, "raise Failure").await;
            browser.open(&path).await;
        }
        browser.click("a.back").await;
        reads(browser, "Unresolved issues").await;
    })
    .await;
}

#[tokio::test]
async fn many_issues_are_resolved_without_script() {
    let stage = Stage::new().await;
    stage.send_issues(4).await;
    with_browser(stage.test.url(""), Script::Off, async |browser| {
        browser.resize(1360, 900).await;
        stage.sign_in(browser).await;
        browser.open("/acme/shop/").await;
        let boxes = browser.client.find_all(Locator::Css("input[name=id]")).await.expect("boxes");
        for tick in boxes.iter().take(2) {
            tick.click().await.expect("it can be seen");
        }
        browser.click("button[value=resolve]").await;
        reads(browser, "2 issues resolved").await;
        assert_eq!(count(browser, "[data-issue]").await, 2);
        browser.click(".strip button").await;
        reads(browser, "Undone for 2 issues").await;
        assert_eq!(count(browser, "[data-issue]").await, 4, "the undo brings them back");
        browser.click("input[name=all]").await;
        browser.click("button[value=resolve]").await;
        reads(browser, "4 issues resolved").await;
        assert_eq!(count(browser, "[data-issue]").await, 0);
        // Deleting asks on a page of its own.
        follow(browser, "All").await;
        waits_for(browser, "[data-issue]").await;
        browser
            .client
            .find(Locator::Css("input[name=id]"))
            .await
            .expect("a box")
            .click()
            .await
            .expect("it can be seen");
        browser.click("summary[aria-label=\"More actions\"]").await;
        browser.click("button[value=delete]").await;
        let form = browser.client.wait().for_element(Locator::Css("input[name=confirm]")).await.expect("a question");
        form.send_keys("1").await.expect("a field");
        browser.click("button.danger").await;
        reads(browser, "One issue is being deleted").await;
        assert_eq!(count(browser, "[data-issue]").await, 3);
    })
    .await;
}

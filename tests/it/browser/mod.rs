//! The pages in a real browser: reachable in both languages and both themes, with script and without; accessible, within
//! the content security policy, and never wider than the window.

mod driver;
mod stage;

use std::path::Path;
use std::time::Duration;

use fantoccini::Locator;
use serde_json::Value;

use driver::{Browser, Script, with_browser};
use stage::{Look, Stage};

/// Every page. `{key}` and `{issue}` are filled in.
const PAGES: &[&str] = &[
    "/docs/",
    "/organizations/",
    "/organizations/acme/projects/",
    "/organizations/acme/projects/?query=nothing-of-that-name",
    "/organizations/acme/projects/new/",
    "/settings/acme/",
    "/settings/acme/teams/",
    "/settings/acme/members/",
    "/settings/acme/projects/shop/",
    "/settings/acme/projects/shop/keys/",
    "/settings/acme/projects/shop/keys/{key}/",
    "/settings/acme/projects/shop/keys/{key}/delete/",
    "/settings/acme/projects/shop/filters/",
    "/settings/acme/projects/shop/data-privacy/",
    "/settings/acme/projects/shop/remove/",
    "/acme/empty/getting-started/",
    "/acme/shop/getting-started/javascript-react/",
    "/settings/account/details/",
    "/settings/account/security/",
    "/settings/account/api/auth-tokens/",
    "/manage/",
    "/manage/queue/",
    "/manage/users/",
    "/manage/organizations/",
    "/no/such/page/",
    "/organizations/acme/issues/",
    "/organizations/acme/issues/?query=nothing-of-that-kind",
    "/acme/shop/",
    "/acme/empty/",
    "/organizations/acme/issues/{issue}/",
    "/organizations/acme/issues/{issue}/?stack=raw",
    "/organizations/acme/issues/{issue}/activity/",
    "/organizations/acme/issues/{issue}/tags/",
    "/organizations/acme/issues/{issue}/tags/queue/",
    "/organizations/acme/issues/{issue}/events/",
    "/organizations/acme/issues/{issue}/grouping/",
];

const LOOKS: [Look; 2] = [
    Look { language: "en", theme: "light", density: "cozy" },
    Look { language: "zh-CN", theme: "dark", density: "compact" },
];

const WIDTHS: [u32; 5] = [320, 390, 768, 1360, 1920];

impl Stage {
    async fn pages(&self) -> Vec<String> {
        let (key, issue) = (&self.project.key.public_key, self.latest_issue().await.to_string());
        PAGES.iter().map(|page| page.replace("{key}", key).replace("{issue}", &issue)).collect()
    }
}

#[tokio::test]
async fn every_page_is_accessible_and_fits_in_both_languages_and_themes() {
    let stage = Stage::new().await;
    stage.send_issues(12).await;
    let axe = axe();
    with_browser(stage.test.url(""), Script::On, async |browser| {
        browser.resize(1360, 900).await;
        stage.sign_in(browser).await;
        let mut problems = Vec::new();
        for look in LOOKS {
            stage.look(look).await;
            for page in stage.pages().await {
                browser.open(&page).await;
                let place = format!("{page} ({}, {})", look.language, look.theme);
                browser.screenshot(&format!("{}-{}", look.language, page.replace('/', "_"))).await;
                let language = browser.evaluate("return document.documentElement.lang").await;
                assert_eq!(language, look.language, "{place}");
                problems.extend(violations(browser, &axe).await.into_iter().map(|found| format!("{place}: {found}")));
                for width in WIDTHS {
                    browser.resize(width, 900).await;
                    problems.extend(overflow(browser, width).await.map(|found| format!("{place}: {found}")));
                    if width == 390 {
                        browser.screenshot(&format!("{}-390-{}", look.language, page.replace('/', "_"))).await;
                    }
                }
                browser.resize(1360, 900).await;
                let refused = browser.complaints().await.into_iter().filter(|text| !text.contains("404 (Not Found)"));
                problems.extend(refused.map(|text| format!("{place}: {text}")));
            }
        }
        assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn every_page_reads_without_script() {
    let stage = Stage::new().await;
    stage.send_issues(2).await;
    with_browser(stage.test.url(""), Script::Off, async |browser| {
        stage.sign_in(browser).await;
        for page in stage.pages().await {
            browser.open(&page).await;
            let heading = browser.client.find(Locator::Css("h1")).await.expect("a heading").text().await;
            assert!(!heading.expect("a text").is_empty(), "{page}");
        }
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
async fn the_first_event_shows_within_three_seconds() {
    let stage = Stage::new().await;
    with_browser(stage.test.url(""), Script::On, async |browser| {
        stage.sign_in(browser).await;
        browser.open("/acme/shop/getting-started/python/").await;
        let waiting = browser.client.find(Locator::Css(".live-waiting")).await;
        waiting.expect("the box waits");
        stage
            .with_worker(async {
                stage.send("FirstFailure").await;
                let received = Locator::Css(".live-received a.button");
                let link = browser.client.wait().at_most(Duration::from_secs(3)).for_element(received).await;
                let link = link.expect("the box flips within 3 s");
                assert!(link.attr("href").await.expect("an element").expect("a link").contains("/issues/"));
            })
            .await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_list_is_dense_and_the_source_is_near() {
    let stage = Stage::new().await;
    stage.send_issues(20).await;
    with_browser(stage.test.url(""), Script::On, async |browser| {
        browser.resize(1360, 900).await;
        stage.sign_in(browser).await;
        for (density, least) in [("cozy", 10), ("compact", 14)] {
            stage.look(Look { language: "en", theme: "light", density }).await;
            browser.open("/acme/shop/").await;
            let rows = "return [...document.querySelectorAll('[data-issue]')]
                .filter(row => row.getBoundingClientRect().bottom <= innerHeight).length";
            let rows = browser.evaluate(rows).await.as_u64().expect("a number");
            assert!(rows >= least, "{density}: {rows} rows, {least} are wanted");
        }
        browser.open(&format!("/organizations/acme/issues/{}/", stage.latest_issue().await)).await;
        let top = "const line = [...document.querySelectorAll('pre, code, td')]
                .find(element => element.textContent.includes('raise Failure'));
            return line ? line.getBoundingClientRect().top : 9999";
        let top = browser.evaluate(top).await.as_f64().expect("a number");
        assert!(top <= 720.0, "the first source line of the application is at {top} px");
    })
    .await;
}

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

async fn listed(browser: &Browser) -> u64 {
    browser.evaluate("return document.querySelectorAll('[data-issue]').length").await.as_u64().expect("a number")
}

/// The checker's source, for pages whose policy lets no foreign script in: it is evaluated, not loaded.
fn axe() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(path).expect("axe-core is installed by `make test` (npm ci in tests/browser)")
}

/// What WCAG 2.2 AA finds on the page.
async fn violations(browser: &Browser, axe: &str) -> Vec<String> {
    browser.evaluate(axe).await;
    let script = r"
        const done = arguments[arguments.length - 1];
        axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
            .then(found => done(found.violations.flatMap(rule => rule.nodes.map(node =>
                rule.id + ': ' + node.target.join(' ') + ' ' + node.html.slice(0, 160) + ' ' +
                node.any.map(check => check.message).join('; ').slice(0, 200)))), error => done([String(error)]));";
    let found = browser.client.execute_async(script, Vec::new()).await.expect("axe runs");
    strings(&found)
}

/// What sticks out of a window of this width.
async fn overflow(browser: &Browser, width: u32) -> Option<String> {
    let script = r"
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width) return [];
        return [...document.querySelectorAll('body *')].filter(element => element.getBoundingClientRect().right > width + 1)
            .slice(0, 4).map(element => element.outerHTML.slice(0, 90));";
    let found = strings(&browser.evaluate(script).await);
    (!found.is_empty()).then(|| format!("wider than {width} px: {}", found.join(" | ")))
}

fn strings(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

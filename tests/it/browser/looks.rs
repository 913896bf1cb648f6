//! Every page in both languages and both themes, at every width: accessible, whole, within the content security policy.

use std::path::Path;

use picket::types::role::Role;

use super::driver::{Browser, Script, with_browser};
use super::stage::{Look, Stage};
use super::{PUBLIC_PAGES, picture, strings};
use crate::support::TestApp;

const LOOKS: [Look; 4] = [
    Look { language: "en", theme: "light", density: "cozy" },
    Look { language: "zh-CN", theme: "dark", density: "compact" },
    Look { language: "en", theme: "dark", density: "compact" },
    Look { language: "zh-CN", theme: "light", density: "cozy" },
];

const WIDTHS: [u32; 5] = [320, 390, 768, 1360, 1920];

#[tokio::test]
async fn every_page_is_accessible_and_fits_in_both_languages_and_themes() {
    let stage = Stage::new().await;
    stage.send_issues(12).await;
    stage.upload_artifacts().await;
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
                let language = browser.evaluate("return document.documentElement.lang").await;
                assert_eq!(language, look.language, "{place}");
                let found = examine(browser, &axe, &picture(&page, look)).await;
                problems.extend(found.into_iter().map(|found| format!("{place}: {found}")));
            }
        }
        assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn pages_before_the_sign_in_are_accessible_and_fit() {
    let fresh = TestApp::spawn().await;
    let stage = Stage::new().await;
    let axe = axe();
    for (base, pages) in
        [(fresh.url(""), &["/manage/setup/", "/manage/setup/?lang=zh"][..]), (stage.test.url(""), PUBLIC_PAGES)]
    {
        with_browser(base, Script::On, async |browser| {
            for page in pages {
                for theme in ["light", "dark"] {
                    browser.prefer(theme).await;
                    browser.resize(1360, 900).await;
                    browser.open(page).await;
                    let name = picture(page, Look { language: "public", theme, density: "" });
                    let problems = examine(browser, &axe, &name).await;
                    assert!(problems.is_empty(), "{page} ({theme}):\n{}", problems.join("\n"));
                }
            }
        })
        .await;
    }
}

/// Menus, dialogs, questions and refusals: what shows only after a click.
#[tokio::test]
async fn what_opens_on_pages_is_accessible_and_fits() {
    let stage = Stage::new().await;
    stage.send_issues(2).await;
    let axe = axe();
    let issue = format!("/organizations/acme/issues/{}/", stage.latest_issue().await);
    with_browser(stage.test.url(""), Script::On, async |browser| {
        browser.resize(1360, 900).await;
        stage.sign_in(browser).await;
        let mut problems = Vec::new();
        for look in &LOOKS[..2] {
            stage.look(*look).await;
            for page in ["/acme/shop/", &*issue] {
                browser.open(page).await;
                problems.extend(sticking_menus(browser, &picture(page, *look)).await);
                problems.extend(menu_violations(browser, &axe).await);
            }
            browser.open(&issue).await;
            browser.press("?").await;
            browser.wait_for("document.querySelector('dialog[open] kbd')").await;
            problems.extend(examine(browser, &axe, &picture("keys", *look)).await);
            browser.open("/acme/shop/").await;
            browser.click("input[name=id]").await;
            browser.evaluate("document.querySelector('button[value=delete]').click()").await;
            browser.wait_for("document.querySelector('input[name=confirm]')").await;
            problems.extend(examine(browser, &axe, &picture("delete", *look)).await);
            for (page, field) in [("/organizations/acme/projects/new/", "name"), ("/settings/acme/members/new/", "emails")] {
                browser.open(page).await;
                let send = format!("const form = document.querySelector('main [name={field}]').form; form.noValidate = true; form.requestSubmit()");
                browser.evaluate(&send).await;
                browser.wait_for("document.querySelector('.field-error')").await;
                problems.extend(examine(browser, &axe, &picture("refused", *look)).await);
            }
        }
        problems.retain(|problem| !problem.contains("422"));
        assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn what_is_not_allowed_says_so() {
    let stage = Stage::new().await;
    let member = stage.test.member(&stage.project, "member@acme.example", Role::Member, true).await;
    let axe = axe();
    with_browser(stage.test.url(""), Script::On, async |browser| {
        browser.resize(1360, 900).await;
        stage.sign_in_as(browser, &member).await;
        for page in ["/settings/acme/projects/shop/remove/", "/manage/"] {
            browser.open(page).await;
            let text = browser.evaluate("return document.querySelector('main').textContent").await.to_string();
            assert!(text.contains("403"), "{page}: {text}");
            let look = Look { language: "en", theme: "forbidden", density: "" };
            let mut problems = examine(browser, &axe, &picture(page, look)).await;
            problems.retain(|problem| !problem.contains("403 (Forbidden)"));
            assert!(problems.is_empty(), "{page}:\n{}", problems.join("\n"));
        }
        // What they may not do is absent where they may look.
        for (page, absent) in [
            ("/settings/acme/projects/shop/keys/", "form[action*=keys]"),
            ("/settings/acme/projects/shop/", ".danger-zone a, .danger-zone form"),
        ] {
            browser.open(page).await;
            let found = browser.evaluate(&format!("return document.querySelectorAll('main {absent}').length")).await;
            assert_eq!(found, 0, "{page} offers {absent}");
        }
    })
    .await;
}

/// Opens one menu after the other, and tells which leave the window.
async fn sticking_menus(browser: &Browser, picture: &str) -> Vec<String> {
    let script = r"
        const found = [];
        for (const menu of document.querySelectorAll('details.menu')) {
            if (!menu.checkVisibility()) continue;
            menu.open = true;
            const box = menu.querySelector('.menu-items').getBoundingClientRect();
            if (box.left < 0 || box.right > document.documentElement.clientWidth + 1) found.push(menu.innerText.slice(0, 40));
            menu.open = false;
        }
        return found;";
    let mut problems = Vec::new();
    for width in WIDTHS {
        browser.resize(width, 900).await;
        let found = strings(&browser.evaluate(script).await);
        problems.extend(found.into_iter().map(|menu| format!("{picture}: a menu leaves {width} px: {menu}")));
        if width == 390 {
            browser.evaluate("document.querySelectorAll('main details.menu')[1].open = true").await;
            browser.screenshot(&format!("{picture}-menu-390")).await;
            browser.evaluate("document.querySelectorAll('main details.menu')[1].open = false").await;
        }
    }
    browser.resize(1360, 900).await;
    problems
}

/// What is wrong with the page that is shown.
async fn examine(browser: &Browser, axe: &str, picture: &str) -> Vec<String> {
    browser.screenshot(picture).await;
    let mut problems = violations(browser, axe).await;
    for width in WIDTHS {
        browser.resize(width, 900).await;
        problems.extend(cut(browser, width).await);
        if width == 390 {
            browser.screenshot(&format!("{picture}-390")).await;
        }
    }
    browser.resize(1360, 900).await;
    problems.extend(browser.policy_violations().await);
    // What is not there, and links that open nothing any more, have pages of their own.
    let is_meant = |text: &String| text.contains("404 (Not Found)") || text.contains("410 (Gone)");
    problems.extend(browser.complaints().await.into_iter().filter(|text| !is_meant(text)));
    problems
}

/// The checker's source, for pages whose policy lets no foreign script in: it is evaluated, not loaded.
fn axe() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(path).expect("axe-core is installed by `make test` (npm ci in tests/browser)")
}

/// What WCAG 2.2 AA finds on the page.
async fn violations(browser: &Browser, axe: &str) -> Vec<String> {
    violations_in(browser, axe, "html").await
}

/// The same within each menu, opened.
async fn menu_violations(browser: &Browser, axe: &str) -> Vec<String> {
    let count = browser.evaluate("return document.querySelectorAll('details.menu').length").await;
    let mut problems = Vec::new();
    for number in 0..count.as_u64().expect("a number") {
        let open = format!(
            "document.querySelectorAll('details.menu').forEach((menu, number) => {{
                menu.open = number === {number};
                menu.querySelector('.menu-items').id = menu.open ? 'opened' : '';
            }})"
        );
        browser.evaluate(&open).await;
        problems.extend(violations_in(browser, axe, "#opened").await);
    }
    problems
}

async fn violations_in(browser: &Browser, axe: &str, within: &str) -> Vec<String> {
    browser.evaluate(axe).await;
    let script = r"
        const done = arguments[arguments.length - 1];
        axe.run(arguments[0], { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
            .then(found => done(found.violations.flatMap(rule => rule.nodes.map(node =>
                rule.id + ': ' + node.target.join(' ') + ' ' + node.html.slice(0, 160) + ' ' +
                node.any.map(check => check.message).join('; ').slice(0, 200)))), error => done([String(error)]));";
    let found = browser.client.execute_async(script, vec![within.into()]).await.expect("axe runs");
    strings(&found)
}

/// What sticks out of a window of this width, and what is cut off without saying so: text that is longer than its box
/// must scroll, wrap, or end in an ellipsis with the whole text as its title.
async fn cut(browser: &Browser, width: u32) -> Vec<String> {
    let script = r"
        const width = document.documentElement.clientWidth;
        const found = [];
        const show = (what, element) => found.push(what + ': ' + element.outerHTML.slice(0, 120));
        const scrolls = element => {
            for (let box = element; box && box !== document.body; box = box.parentElement)
                if (/auto|scroll/.test(getComputedStyle(box).overflowX)) return true;
            return false;
        };
        const isHidden = element => !element.checkVisibility() || element.closest('.sr,.skip,svg,option,select');
        const wide = document.documentElement.scrollWidth > width;
        for (const element of document.querySelectorAll('body *')) {
            if (isHidden(element)) continue;
            const box = element.getBoundingClientRect();
            if (wide && box.right > width + 1 && !scrolls(element.parentElement)) show('sticks out', element);
            if (element.clientWidth === 0 || element.scrollWidth <= element.clientWidth + 1 || scrolls(element)) continue;
            const style = getComputedStyle(element);
            if (style.display === 'inline' || element.matches('input,textarea')) continue;
            if (style.textOverflow === 'ellipsis') { if (!element.closest('[title]')) show('cut without a title', element); }
            else if (style.overflowX !== 'visible') show('cut', element);
            else if (![...element.children].some(child => child.scrollWidth > child.clientWidth)) show('spills', element);
        }
        return found.slice(0, 4);";
    let found = strings(&browser.evaluate(script).await);
    found.into_iter().map(|found| format!("at {width} px {found}")).collect()
}

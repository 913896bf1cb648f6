//! How much a screen of 1360×900 shows.

use serde_json::Value;

use super::driver::{Browser, Script, with_browser};
use super::stage::{Look, Stage};

/// Chained exceptions with source, as the SDKs of these platforms send them.
const READABLE: [&str; 6] = ["python", "javascript", "java", "go", "php", "dotnet"];

#[tokio::test]
async fn the_list_is_dense() {
    let stage = Stage::new().await;
    stage.send_issues(20).await;
    with_browser(stage.test.url(""), Script::On, async |browser| {
        browser.resize(1360, 900).await;
        stage.sign_in(browser).await;
        for language in ["en", "zh-CN"] {
            stage.look(Look { language, theme: "light", density: "cozy" }).await;
            browser.open("/acme/shop/").await;
            for (density, least) in [("compact", 14), ("cozy", 10)] {
                let switch = format!("button[name=density][value={density}]");
                browser.click(&switch).await;
                browser.wait_for(&format!("document.documentElement.dataset.density === '{density}'")).await;
                let rows = "return [...document.querySelectorAll('[data-issue]')]
                    .filter(row => row.getBoundingClientRect().bottom <= innerHeight).length";
                let rows = browser.evaluate(rows).await.as_u64().expect("a number");
                assert!(rows >= least, "{language}, {density}: {rows} rows, {least} are wanted");
                let top = "return document.querySelector('[data-issue]').getBoundingClientRect().top";
                let top = number(browser, top).await;
                assert!(top <= 200.0, "{language}, {density}: the first row is at {top} px");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_source_is_near() {
    let stage = Stage::new().await;
    let mut ids = Vec::new();
    for name in READABLE {
        let text = std::fs::read_to_string(format!("tests/fixtures/readable/{name}.json")).expect("a fixture");
        let event: Value = serde_json::from_str(&text).expect("JSON");
        ids.push((name, stage.test.report(&stage.project, &event).await));
    }
    with_browser(stage.test.url(""), Script::On, async |browser| {
        browser.resize(1360, 900).await;
        stage.sign_in(browser).await;
        for language in ["en", "zh-CN"] {
            stage.look(Look { language, theme: "light", density: "cozy" }).await;
            for (name, id) in &ids {
                browser.open(&format!("/acme/shop/events/{id}/")).await;
                browser.screenshot(&format!("source-{language}-{name}")).await;
                let top = "const line = document.querySelector('details[data-frame][open] .src mark');
                    return line ? line.getBoundingClientRect().bottom : 9999";
                let top = number(browser, top).await;
                println!("{name} ({language}): the call's line ends at {top} px");
                assert!(top <= 720.0, "{name} ({language}): the first source line of the application is at {top} px");
                let chained = browser.evaluate("return document.querySelectorAll('.exc').length").await;
                assert!(chained.as_u64() >= Some(2), "{name}: {chained} exceptions");
            }
        }
    })
    .await;
}

async fn number(browser: &Browser, script: &str) -> f64 {
    browser.evaluate(script).await.as_f64().expect("a number")
}

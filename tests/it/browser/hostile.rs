//! Events that mean harm: nothing of them acts, and their pages stay small.

use std::time::Instant;

use super::driver::{Script, with_browser};
use super::stage::Stage;
use super::strings;
use crate::support::{TestApp, hostile};

/// HTML of a page (ui.md 11).
const MAX_BYTES: usize = 600_000;
const MAX_ELEMENTS: u64 = 5_000;

/// Views of an event, and pages of its issue.
const VIEWS: [&str; 17] = [
    "events/latest/",
    "events/latest/?stack=full",
    "events/latest/?stack=full&order=oldest&form=sent",
    "events/latest/?stack=raw",
    "events/latest/?thread=699",
    "events/latest/part/exception/",
    "events/latest/part/exception/?skip=30",
    "events/latest/part/breadcrumbs/",
    "events/latest/part/contexts/",
    "events/latest/part/extra/?skip=100",
    "events/latest/part/request/",
    "events/latest/part/packages/",
    "events/",
    "tags/",
    "activity/",
    "grouping/",
    "",
];

impl Stage {
    /// Sends bytes as an SDK sends an event; the id of the issue it came to.
    async fn send_bytes(&self, name: &str, body: Vec<u8>) -> String {
        let path = format!("/api/{}/store/?sentry_key={}", self.project.project.id, self.project.key.public_key);
        let client = self.test.anonymous();
        let answer = client.send(client.request("POST", &path).body(body)).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        picket::worker::drain(&self.test.app).await.expect("the worker saves");
        let id = answer.json()["id"].as_str().expect("an id").to_owned();
        let browser = self.test.sign_in(&self.user).await;
        let target = browser.get(&format!("/acme/shop/events/{id}/")).await;
        let target = target.location().split("/events/").next().expect("a path").to_owned();
        assert!(target.starts_with("/organizations/acme/issues/"), "{name}: {target}");
        format!("{target}/")
    }
}

#[tokio::test]
async fn hostile_events_are_inert_and_their_pages_small() {
    let test = TestApp::spawn_with(|config| {
        config.ingest.max_body_bytes = 50 << 20;
        config.ingest.max_event_bytes = 50 << 20;
    })
    .await;
    let stage = Stage::on(test).await;
    let mut issues = Vec::new();
    for (name, body) in hostile::corpus() {
        issues.push((name, stage.send_bytes(name, body).await));
    }
    let client = stage.test.sign_in(&stage.user).await;
    with_browser(stage.test.url(""), Script::On, async |browser| {
        stage.sign_in(browser).await;
        let mut problems = Vec::new();
        for (name, issue) in &issues {
            for view in VIEWS {
                let path = format!("{issue}{view}");
                let begun = Instant::now();
                let page = client.get(&path).await;
                let took = begun.elapsed();
                println!("{name} {view}: {} bytes, {} ms", page.body.len(), took.as_millis());
                assert_eq!(page.status, 200, "{name} {view}");
                if page.body.len() > MAX_BYTES {
                    problems.push(format!("{name} {view}: {} bytes", page.body.len()));
                }
                browser.open(&path).await;
                if view == "events/latest/" || view == "tags/" {
                    for width in [1360, 390] {
                        browser.resize(width, 900).await;
                        browser.screenshot(&format!("hostile-{name}-{}-{width}", view.replace('/', "_"))).await;
                        let wide = browser
                            .evaluate(
                                "return document.documentElement.scrollWidth > document.documentElement.clientWidth",
                            )
                            .await;
                        if wide == true {
                            problems.push(format!("{name} {view}: wider than {width} px"));
                        }
                    }
                }
                let found = strings(&browser.evaluate(ACTING).await);
                problems.extend(found.into_iter().map(|found| format!("{name} {view}: {found}")));
                let elements = browser.evaluate("return document.querySelectorAll('*').length").await.as_u64();
                if elements > Some(MAX_ELEMENTS) {
                    problems.push(format!("{name} {view}: {elements:?} elements"));
                }
                problems.extend(
                    browser.policy_violations().await.into_iter().map(|found| format!("{name} {view}: {found}")),
                );
                problems.extend(browser.complaints().await.into_iter().map(|found| format!("{name} {view}: {found}")));
            }
        }
        browser.open("/acme/shop/").await;
        problems.extend(strings(&browser.evaluate(ACTING).await));
        assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    })
    .await;
}

/// What acts, or hides: elements and attributes that no page of ours has, addresses that are no web addresses, and
/// characters that turn the text around.
const ACTING: &str = r"
    const found = [];
    const own = location.origin + '/_static/';
    for (const element of document.querySelectorAll('*')) {
        const name = element.localName;
        if (/^(img|iframe|object|embed|base|style|video|audio|applet|frame)$/.test(name)) found.push('<' + name + '>');
        if (name === 'script' && !element.src.startsWith(own)) found.push('a script');
        for (const { name: attribute, value } of element.attributes) {
            if (attribute === 'style' || attribute.startsWith('on')) found.push(attribute);
            if (/^(href|src|action|formaction)$/.test(attribute) && !/^(https?:|mailto:|\/|#|\?|$)/.test(value.trim())) found.push(attribute + '=' + value.slice(0, 40));
        }
    }
    if (/[\u202a-\u202e\u2066-\u2069\u0000\u0007\u001b]/.test(document.body.textContent)) found.push('a hidden character');
    return found.slice(0, 3);";

//! The box that waits for the first event.

use std::time::{Duration, Instant};

use fantoccini::Locator;
use picket::services::keys;
use picket::store::project_keys::{self, ProjectKey};

use super::driver::{Script, with_browser};
use super::stage::Stage;
use crate::support::{Client, TestApp, eventually};

type Known = (&'static [&'static str], &'static str, Sending);

/// How clients present themselves: the platforms of the snippets that lead to them, their name, how they send.
const CLIENTS: &[Known] = &[
    (&["python"], "sentry.python/2.18.0", Sending::Envelope),
    (&["javascript", "electron"], "sentry.javascript.browser/8.38.0", Sending::Query),
    (&["node"], "sentry.javascript.node/8.38.0", Sending::Envelope),
    (&["react-native"], "sentry.javascript.react-native/6.3.0", Sending::Envelope),
    (&["go"], "sentry-go/0.29.1", Sending::Envelope),
    (&["java", "kotlin", "spring"], "sentry.java/7.18.0", Sending::Envelope),
    (&["android"], "sentry.java.android/7.18.0", Sending::Envelope),
    (&["php"], "sentry.php/4.10.0", Sending::Envelope),
    (&["ruby"], "sentry-ruby/5.21.0", Sending::Envelope),
    (&["rust"], "sentry.rust/0.34.0", Sending::Envelope),
    (&["dotnet"], "sentry.dotnet/4.13.0", Sending::Envelope),
    (&["unity"], "sentry.dotnet.unity/2.3.0", Sending::Envelope),
    (&["flutter", "dart"], "sentry.dart.flutter/8.10.0", Sending::Envelope),
    (&["apple", "cocoa"], "sentry.cocoa/8.40.0", Sending::Envelope),
    (&["elixir"], "sentry-elixir/10.8.0", Sending::Envelope),
    (&["native", "minidump", "unreal"], "sentry.native/0.7.15", Sending::Envelope),
    (&["raven-python"], "raven-python/6.10.0", Sending::Store),
    (&["raven-js"], "raven-js/3.27.2", Sending::Query),
    (&["raven-node"], "raven-node/2.6.4", Sending::Store),
    (&["raven-go"], "raven-go/1.0", Sending::Store),
    (&["raven-java"], "raven-java/8.0.3", Sending::Store),
    (&["raven-php"], "raven-php/1.10.0", Sending::Store),
    (&["perl"], "raven-perl/1.04", Sending::Store),
    (&["other", "curl"], "curl/1.0", Sending::Store),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sending {
    /// An envelope, the key in `X-Sentry-Auth`.
    Envelope,
    /// The event itself, the key in `X-Sentry-Auth`.
    Store,
    /// An envelope, the key in the address: browsers ask for no permission then.
    Query,
}

/// The longest that somebody waits who has sent something.
const AT_MOST: Duration = Duration::from_secs(3);

async fn send(app: &TestApp, key: &ProjectKey, client: &str, sending: Sending) -> u16 {
    let (id, key) = (key.project_id, &key.public_key);
    let event = r#"{"level":"error","exception":{"values":[{"type":"ZeroDivisionError","value":"division by zero"}]}}"#;
    let envelope = format!("{{}}\n{{\"type\":\"event\",\"length\":{}}}\n{event}\n", event.len());
    let auth = format!("Sentry sentry_version=7, sentry_client={client}, sentry_key={key}");
    let http = app.anonymous();
    let request = match sending {
        Sending::Envelope => {
            http.request("POST", &format!("/api/{id}/envelope/")).header("x-sentry-auth", auth).body(envelope)
        }
        Sending::Store => http.request("POST", &format!("/api/{id}/store/")).header("x-sentry-auth", auth).body(event),
        Sending::Query => {
            let query = format!("sentry_key={key}&sentry_version=7&sentry_client={client}");
            http.request("POST", &format!("/api/{id}/envelope/?{query}"))
                .header("origin", "https://shop.example")
                .body(envelope)
        }
    };
    http.send(request).await.status
}

/// The ids of the platforms that there are instructions for.
async fn platforms(browser: &Client) -> Vec<String> {
    let page = browser.get("/acme/shop/getting-started/").await.body;
    let links = page.split("/acme/shop/getting-started/").skip(1).filter_map(|rest| rest.split_once("/\""));
    let mut ids: Vec<String> = links
        .map(|(id, _)| id.to_owned())
        .filter(|id| !id.is_empty() && !id.contains(['/', '"']) && id != "status")
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

fn client_of(platform: &str) -> Option<&'static Known> {
    let begins =
        |prefix: &&str| platform == *prefix || platform.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-'));
    // The longest name wins: `raven-python` is no `raven`.
    CLIENTS.iter().find(|(prefixes, ..)| prefixes.iter().any(begins))
}

#[tokio::test]
async fn every_clients_first_event_and_refusal_are_told_within_three_seconds() {
    let stage = Stage::new().await;
    let app = &stage.test;
    let browser = app.sign_in(&stage.user).await;
    let all = platforms(&browser).await;
    let missing: Vec<&String> = all.iter().filter(|platform| client_of(platform).is_none()).collect();
    assert!(missing.is_empty(), "no client is known for {missing:?}");
    let saving = stage.with_worker(async {
        for (number, client) in CLIENTS.iter().enumerate() {
            let leads = all.iter().any(|platform| client_of(platform).is_some_and(|other| other.1 == client.1));
            assert!(leads, "no instructions lead to {}", client.1);
            try_client(app, &browser, &format!("team{number}"), client).await;
        }
    });
    Box::pin(saving).await;
}

/// A project of its own, a request that is refused, then one that is taken.
async fn try_client(app: &TestApp, browser: &Client, organization: &str, (_, client, sending): &Known) {
    let project = app.project_named(organization, "app").await;
    let status = format!("/{organization}/app/getting-started/status/");
    let mut db = app.app.db.acquire().await.expect("a connection");
    let used = keys::create(&mut db, project.project.id, "used", app.app.clock.now()).await.expect("a key");
    drop(db);
    project_keys::update_is_active(&app.app.db, project.key.id, false).await.expect("a key");
    assert_eq!(send(app, &project.key, client, *sending).await, 401, "{client}");
    let refused = told(browser, &status, "refused").await;
    for part in [*client, "key_disabled", "API key is disabled", "127.0.0.1"] {
        assert!(refused.contains(part), "{client}: no {part} in {refused}");
    }
    assert_eq!(send(app, &used, client, *sending).await, 200, "{client}");
    let received = told(browser, &status, "received").await;
    assert!(received.contains("ZeroDivisionError") && received.contains("/issues/"), "{client}: {received}");
}

/// The box once it is in a state.
async fn told(browser: &Client, path: &str, state: &str) -> String {
    let begun = Instant::now();
    let answer = eventually(state, async || {
        let now = browser.get(path).await.json();
        (now["state"] == state).then(|| now["html"].as_str().expect("a text").to_owned())
    })
    .await;
    assert!(begun.elapsed() < AT_MOST, "{path}: {state} only after {:?}", begun.elapsed());
    answer
}

#[tokio::test]
async fn the_box_flips_by_itself() {
    let stage = Stage::new().await;
    let app = &stage.test;
    let mut db = app.app.db.acquire().await.expect("a connection");
    let off = keys::create(&mut db, stage.project.project.id, "off", app.app.clock.now()).await.expect("a key");
    drop(db);
    project_keys::update_is_active(&app.app.db, off.id, false).await.expect("a key");
    with_browser(stage.test.url(""), Script::On, async |browser| {
        stage.sign_in(browser).await;
        browser.open("/acme/shop/getting-started/python/").await;
        let waiting = browser.client.find(Locator::Css(".live-waiting")).await;
        waiting.expect("the box waits");
        stage
            .with_worker(async {
                send(app, &off, "sentry.python/2.18.0", Sending::Envelope).await;
                let refused = browser.client.wait().at_most(AT_MOST).for_element(Locator::Css(".live-refused")).await;
                let text = refused.expect("the box flips within 3 s").text().await.expect("an element");
                assert!(text.contains("sentry.python/2.18.0") && text.contains("API key is disabled"), "{text}");
                browser.screenshot("onboarding-refused").await;
                stage.send("FirstFailure").await;
                let received = Locator::Css(".live-received a.button");
                let link = browser.client.wait().at_most(AT_MOST).for_element(received).await;
                let link = link.expect("the box flips within 3 s");
                assert!(link.attr("href").await.expect("an element").expect("a link").contains("/issues/"));
            })
            .await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    })
    .await;
}

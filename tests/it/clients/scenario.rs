//! The scenario of `tests/clients/README.md`: what every SDK sends, and how it must be shown.

use picket::types::scope::Scope;
use serde_json::{Value, json};

use crate::support::{Client, Project, TestApp, eventually};

/// How an SDK words the scenario.
pub struct Wording {
    /// Types of the exception and of its cause; some SDKs know no causes.
    pub exception: &'static str,
    pub cause: Option<&'static str>,
    /// Whether the exception's stack trace leads to `pay`.
    pub has_frames: bool,
    /// How the SDK names itself.
    pub sdk: &'static str,
}

/// A project to send to.
pub struct Scene {
    pub app: TestApp,
    pub project: Project,
    pub dsn: String,
}

impl Scene {
    pub async fn set() -> Self {
        Self::of(TestApp::spawn().await).await
    }

    pub async fn of(app: TestApp) -> Self {
        let project = app.project().await;
        let dsn = project.dsn(&app);
        Self { app, project, dsn }
    }

    /// The DSN with the secret, that clients before 2018 want.
    pub fn legacy_dsn(&self) -> String {
        let keys = format!("{}:{}", self.project.key.public_key, self.project.key.secret_key);
        self.dsn.replace(&self.project.key.public_key, &keys)
    }

    /// Waits for both events and compares them with the scenario.
    pub async fn check(&self, wording: &Wording) {
        let script = self.app.script(&self.project.owner, &Scope::ALL).await;
        let shown = eventually("both events are shown", async || {
            let list = script.get("/api/0/projects/acme/shop/events/").await.json();
            list.as_array().filter(|events| events.len() == 2).cloned()
        });
        let events = tokio::select! {
            events = shown => events,
            ended = picket::worker::run(self.app.app.clone()) => panic!("the worker ended: {ended:?}"),
        };
        let mut details = Vec::new();
        for event in &events {
            let path = format!("/api/0/projects/acme/shop/events/{}/", event["eventID"].as_str().expect("an id"));
            details.push(script.get(&path).await.json());
        }
        let is_error = |event: &&Value| event["type"] == "error";
        let error = details.iter().find(is_error).unwrap_or_else(|| panic!("no exception in {details:#?}"));
        let message =
            details.iter().find(|event| !is_error(event)).unwrap_or_else(|| panic!("no message in {details:#?}"));
        for event in [error, message] {
            check_surroundings(event, wording);
        }
        check_exception(error, wording);
        check_message(&script, message).await;
        self.check_page(error, wording).await;
    }

    /// The issue's page shows the same.
    async fn check_page(&self, error: &Value, wording: &Wording) {
        let browser = self.app.sign_in(&self.project.owner).await;
        let issue = error["groupID"].as_str().expect("an issue");
        let page = browser.get(&format!("/organizations/acme/issues/{issue}/")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let mut texts = vec![
            wording.exception,
            "cannot pay",
            "opened the cart",
            "shop@1.2.3",
            "staging",
            "lin@example.com",
            "plan",
            "pro",
        ];
        texts.extend(wording.cause.map(|_| "no stock"));
        for text in texts {
            assert!(page.body.contains(text), "{text} is not on the page");
        }
    }
}

/// What both events carry.
fn check_surroundings(event: &Value, wording: &Wording) {
    assert_eq!(event["release"], json!({"version": "shop@1.2.3"}));
    let tags = event["tags"].as_array().expect("tags");
    for (key, value) in [("plan", "pro"), ("environment", "staging"), ("release", "shop@1.2.3")] {
        assert!(tags.contains(&json!({"key": key, "value": value})), "{key} in {tags:?}");
    }
    assert_eq!((&event["user"]["id"], &event["user"]["email"]), (&json!("42"), &json!("lin@example.com")));
    let crumbs = part(event, "breadcrumbs")["values"].as_array().expect("breadcrumbs").clone();
    let is_ours = |crumb: &&Value| crumb["message"] == "opened the cart";
    let crumb = crumbs.iter().find(is_ours).unwrap_or_else(|| panic!("not in {crumbs:?}"));
    assert_eq!((&crumb["category"], &crumb["level"]), (&json!("ui"), &json!("info")));
    assert_eq!(event["sdk"]["name"], wording.sdk);
    // That no source map was uploaded is right, and all that may be said.
    let mut errors = event["errors"].as_array().expect("errors").iter();
    assert_eq!(errors.find(|error| error["type"] != "js_no_source"), None, "the event was taken as it was sent");
}

fn check_exception(event: &Value, wording: &Wording) {
    let values = part(event, "exception")["values"].as_array().expect("exceptions").clone();
    let (raised, causes) = values.split_last().expect("an exception");
    assert_eq!((&raised["type"], &raised["value"]), (&json!(wording.exception), &json!("cannot pay")));
    let found: Vec<_> = causes.iter().map(|cause| (cause["type"].as_str(), cause["value"].as_str())).collect();
    let expected: Vec<_> = wording.cause.iter().map(|cause| (Some(*cause), Some("no stock"))).collect();
    assert_eq!(found, expected);
    if wording.has_frames {
        let frames = raised["stacktrace"]["frames"].as_array().expect("frames");
        let last = frames.last().expect("a frame");
        assert!(last["function"].as_str().is_some_and(|function| function.ends_with("pay")), "{last}");
        assert!(last["lineNo"].as_i64().is_some_and(|line| line > 0), "{last}");
    }
    assert!(event["title"].as_str().is_some_and(|title| title.contains("cannot pay")), "{}", event["title"]);
}

async fn check_message(script: &Client, event: &Value) {
    assert_eq!((&event["title"], &event["message"]), (&json!("the cart is empty"), &json!("the cart is empty")));
    let tags = event["tags"].as_array().expect("tags");
    assert!(tags.contains(&json!({"key": "level", "value": "warning"})), "{tags:?}");
    let id = event["eventID"].as_str().expect("an id");
    let stored = script.get(&format!("/api/0/projects/acme/shop/events/{id}/json/")).await.json();
    assert_eq!(stored["fingerprint"], json!(["checkout", "empty"]));
}

fn part<'e>(event: &'e Value, kind: &str) -> &'e Value {
    let entries = event["entries"].as_array().expect("entries");
    let entry = entries.iter().find(|entry| entry["type"] == kind);
    &entry.unwrap_or_else(|| panic!("no {kind} in {entries:#?}"))["data"]
}
